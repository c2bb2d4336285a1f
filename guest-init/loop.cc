#include "guest-init/loop.h"

#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>

#include "guest-init/uevents.h"

namespace guest_init {
namespace {

constexpr std::uint64_t killing_ns = 10'000'000'000;  // a process in the kernel may not die
constexpr std::uint64_t flushing_ns = 2'000'000'000;  // a host may not read

}  // namespace

Loop::Loop(Guest& guest, Modules& modules, std::span<Agent> agents)
    : guest_(guest), modules_(modules), agents_(agents) {}

bool Loop::prepare(Failure& failure) {
  sigset_t wanted;
  sigemptyset(&wanted);
  for (const int number : {SIGCHLD, SIGTERM, SIGPWR}) sigaddset(&wanted, number);
  signals_ = Fd(signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK));
  return signals_ || fail(failure, FailureStage::other, "signalfd");
}

void Loop::run() {
  for (;;) {
    wait();
    take_signals();
    const bool changed = devices_changed();
    for (Agent& agent : agents_) agent.serve(set_, changed);
    end_if_wanted();
  }
}

void Loop::wait() {
  set_.clear();
  set_.add(signals_.get(), POLLIN);
  set_.add(guest_.uevents.get(), POLLIN);
  for (const Agent& agent : agents_) agent.watch(set_);
  set_.wait(timeout_ms());
}

// -1 where only events matter; the smallest of the others.
int Loop::timeout_ms() const {
  unsigned smallest = static_cast<unsigned>(-1);
  for (const Agent& agent : agents_) {
    smallest = std::min(smallest, static_cast<unsigned>(agent.timeout_ms()));
  }
  if (ending_ != Ending::no) {
    const std::uint64_t now = boot_time_ns();
    const std::uint64_t left = now >= patience_ns_ ? 0 : (patience_ns_ - now) / 1'000'000 + 1;
    smallest = std::min(smallest, static_cast<unsigned>(left));
  }
  return static_cast<int>(smallest);
}

void Loop::take_signals() {
  if (set_.ready(signals_.get()) == 0) return;
  signalfd_siginfo info{};
  while (read(signals_.get(), &info, sizeof info) == sizeof info) {
    if (info.ssi_signo != SIGCHLD) shutdown_wanted_ = true;
  }
  reap();
}

void Loop::reap() {
  for (;;) {
    int status = 0;
    const pid_t pid = waitpid(-1, &status, WNOHANG);
    if (pid <= 0) return;
    if (modules_.is_mine(pid)) {
      reaped_modules(pid, status);
      continue;
    }
    for (Agent& agent : agents_) {
      if (agent.reaped(pid, status)) break;
    }
  }
}

void Loop::reaped_modules(pid_t pid, int status) {
  Failure failure;
  if (!modules_.reaped(pid, status, failure)) {
    report(protocol::LogLevel::error, failure.text);
    guest_.fault = failure.text;
  }
  if (!guest_.loading || modules_.is_loading()) return;
  guest_.loading = false;
  step_done(guest_.timings, "modules");
}

bool Loop::devices_changed() {
  if (set_.ready(guest_.uevents.get()) == 0) return false;
  drain_uevents(guest_.uevents.get());
  return true;
}

void Loop::end_if_wanted() {
  const auto any = [&](auto test) { return std::any_of(agents_.begin(), agents_.end(), test); };
  shutdown_wanted_ |= any([](const Agent& agent) { return agent.shutdown_wanted(); });
  const auto impatient = [&] { return boot_time_ns() >= patience_ns_; };
  if (ending_ == Ending::no && shutdown_wanted_) {
    for (Agent& agent : agents_) agent.kill_all();
    ending_ = Ending::killing;
    patience_ns_ = boot_time_ns() + killing_ns;
  }
  if (ending_ == Ending::killing &&
      (impatient() || !any([](const Agent& agent) { return agent.has_processes(); }))) {
    unmount_all();
  }
  if (ending_ == Ending::flushing &&
      (impatient() || !any([](const Agent& agent) { return !agent.is_flushed(); }))) {
    guest_.power_off();
  }
}

void Loop::unmount_all() {
  sync();
  for (Agent& agent : agents_) agent.finish();
  PollSet nothing;
  for (Agent& agent : agents_) agent.serve(nothing, false);
  ending_ = Ending::flushing;
  patience_ns_ = boot_time_ns() + flushing_ns;
}

}  // namespace guest_init
