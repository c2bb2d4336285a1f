#include "guest-init/loop.h"

#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>

#include "guest-init/uevents.h"

namespace guest_init {

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
    count_containers();
    renew_ended();
    offer_spares();
    end_if_wanted();
    end_if_idle();
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
  if (guest_.idle_limit_ns != 0 && std::none_of(agents_.begin(), agents_.end(), [](const Agent& a) {
        return a.is_used() || a.has_host();
      })) {
    const int idle = milliseconds_until(guest_.idle_since_ns + guest_.idle_limit_ns);
    smallest = std::min(smallest, static_cast<unsigned>(idle));
  }
  return static_cast<int>(smallest);
}

void Loop::take_signals() {
  if (set_.ready(signals_.get()) == 0) return;
  signalfd_siginfo info{};
  while (read(signals_.get(), &info, sizeof info) == sizeof info) {
    if (info.ssi_signo != SIGCHLD) ending_ = true;
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

void Loop::count_containers() {
  guest_.containers = static_cast<std::uint32_t>(std::count_if(
      agents_.begin(), agents_.end(), [](const Agent& agent) { return agent.is_used(); }));
}

void Loop::offer_spares() {
  if (ending_ || !guest_.shared) return;
  std::size_t spares = 0;
  for (Agent& agent : agents_) {
    if (spares >= guest_.spare_slots) return;
    std::string why;
    if (!agent.is_offered() && !agent.is_ending() && !agent.offer(why))
      report(protocol::LogLevel::error, why);
    if (agent.is_offered() && !agent.is_used() && !agent.has_host()) ++spares;
  }
}

void Loop::renew_ended() {
  if (ending_ || !guest_.shared) return;
  for (Agent& agent : agents_) {
    if (agent.has_ended()) agent.renew();
  }
}

void Loop::end_if_wanted() {
  const auto is_ending = [](const Agent& agent) { return agent.is_ending(); };
  const auto is_over = [](const Agent& agent) { return !agent.is_offered() || agent.has_ended(); };
  if (!guest_.shared) ending_ |= std::any_of(agents_.begin(), agents_.end(), is_ending);
  if (!ending_) return;
  for (Agent& agent : agents_) {
    if (agent.is_offered()) agent.end();
  }
  if (std::all_of(agents_.begin(), agents_.end(), is_over)) guest_.power_off();
}

// Who connects from here on finds nobody, and had no answer before: it has lost nothing.
void Loop::end_if_idle() {
  if (guest_.idle_limit_ns == 0 || ending_) return;
  const auto has_host = [](const Agent& agent) { return agent.has_host(); };
  const std::uint64_t now = boot_time_ns();
  if (guest_.containers > 0) guest_.idle_since_ns = now;
  if (now - guest_.idle_since_ns < guest_.idle_limit_ns ||
      std::any_of(agents_.begin(), agents_.end(), has_host))
    return;
  for (Agent& agent : agents_) agent.withdraw();
  guest_.power_off();
}

}  // namespace guest_init
