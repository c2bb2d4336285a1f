#include "guest-init/agent.h"

#include <algorithm>
#include <csignal>
#include <utility>

namespace guest_init {

using protocol::FrameType;

namespace {

constexpr std::uint64_t retry_ns = 100'000'000;
constexpr std::uint64_t killing_ns = 10'000'000'000;  // a process in the kernel may not die
constexpr std::uint64_t flushing_ns = 2'000'000'000;  // a host may not read

}  // namespace

Agent::Agent(std::uint32_t slot, Transport transport, Guest& guest)
    : slot_(slot), guest_(guest), connection_(transport), container_(slot) {}

bool Agent::offer(std::string& why) {
  offered_ = true;
  greeted_ = established_ = false;
  pending_ = {};
  ahead_.reset();
  if (!connection_.offer(why)) {
    retry_ns_ = boot_time_ns() + retry_ns;
    return false;
  }
  if (guest_.hello_ns == 0) guest_.hello_ns = boot_time_ns();
  const protocol::Hello hello{
      .epoch = guest_.epoch, .slot = slot_, .exec_ns = guest_.exec_ns, .hello_ns = guest_.hello_ns};
  say(FrameType::hello, encode(hello));
  connection_.flush();
  return true;
}

void Agent::withdraw() {
  offered_ = greeted_ = established_ = false;
  connection_.close();
}

void Agent::drop(const std::string& why) {
  std::string offer_why;
  report(protocol::LogLevel::warning, why);
  if (!offer(offer_why)) report(protocol::LogLevel::error, offer_why);
}

void Agent::watch(PollSet& set) const {
  connection_.watch(set);
  for (const Process& process : processes_) process.watch(set);
}

int Agent::timeout_ms() const {
  if (!offered_) return -1;
  if (ending_ != Ending::no) return milliseconds_until(patience_ns_);
  if (!connection_.is_open()) return static_cast<int>(retry_ns / 1'000'000);
  return container_.timeout_ms();
}

void Agent::serve(const PollSet& set, bool devices_changed) {
  if (!offered_) return;
  std::string why;
  if (!connection_.is_open() && boot_time_ns() >= retry_ns_) offer(why);
  if (connection_.is_open()) {
    connection_.clear_event(set);
    receive();
  }
  if (ending_ == Ending::no && container_.advance(guest_, devices_changed)) container_changed();
  for (Process& process : processes_) process.serve(set);
  if (connection_.is_open()) send();
  go_on_ending();
}

void Agent::receive() {
  for (;;) {
    protocol::Frame frame;
    const char* why = nullptr;
    switch (connection_.next(frame, why)) {
      case Connection::Next::none:
        return;
      case Connection::Next::gone:
        return drop("the host has gone; offering the slot again");
      case Connection::Next::broken:
        return drop(std::string("the host sent ") + why);
      case Connection::Next::frame:
        if (!handle(frame)) {
          return drop(std::string("the host broke the protocol with ") + name_of(frame.type));
        }
    }
  }
}

// Frames of processes are queued only when the last have gone, so that what the host must know at
// once never waits behind more than one of them.
void Agent::send() {
  do {
    if (!connection_.flush()) return drop("the host has gone; offering the slot again");
  } while (connection_.is_flushed() && established_ && emit());
}

bool Agent::emit() {
  for (std::size_t i = 0; i < processes_.size(); ++i) {
    turn_ = (turn_ + 1) % processes_.size();
    if (!processes_[turn_].emit(connection_)) continue;
    if (processes_[turn_].is_forgettable()) {
      processes_.erase(processes_.begin() + static_cast<std::ptrdiff_t>(turn_));
    }
    return true;
  }
  return false;
}

bool Agent::reaped(pid_t pid, int status) {
  for (Process& process : processes_) {
    if (!process.is_me(pid)) continue;
    process.reaped(status, container_.cgroup().oom_kills());
    return true;
  }
  return false;
}

bool Agent::is_used() const {
  return container_.is_waiting() || container_.state() != protocol::ContainerState::none ||
         !processes_.empty() || ending_ != Ending::no;
}

void Agent::end() {
  if (ending_ != Ending::no) return;
  kill_all();
  ending_ = Ending::killing;
  patience_ns_ = boot_time_ns() + killing_ns;
}

void Agent::go_on_ending() {
  const auto impatient = [&] { return boot_time_ns() >= patience_ns_; };
  if (ending_ == Ending::killing && (impatient() || !has_processes())) {
    finish();
    ending_ = Ending::flushing;
    patience_ns_ = boot_time_ns() + flushing_ns;
    if (connection_.is_open()) send();
  }
  if (ending_ == Ending::flushing && (impatient() || is_flushed())) ending_ = Ending::ended;
}

void Agent::renew() {
  if (!tidy_) return withdraw();
  processes_.clear();
  unwanted_.clear();
  container_ = Container(slot_);
  ending_ = Ending::no;
  std::string why;
  if (!offer(why)) report(protocol::LogLevel::error, why);
}

void Agent::kill_all() {
  for (Process& process : processes_) process.kill(SIGKILL);
  container_.cgroup().kill();
}

bool Agent::has_processes() const {
  return std::any_of(processes_.begin(), processes_.end(),
                     [](const Process& process) { return process.is_alive(); });
}

void Agent::finish() {
  Failure failure;
  tidy_ = container_.unmount(guest_, failure) && !has_processes();
  tidy_ = guest_.layers.forget(unwanted_, guest_.disks, failure) && tidy_;
  if (!failure.text.empty()) {
    report(protocol::LogLevel::error, failure.text);
    say(FrameType::log, encode(protocol::LogLine{.text = failure.text}));
  }
  say(FrameType::shutdown_done, protocol::encode_flag(!tidy_));
}

Process* Agent::find(std::uint32_t number) {
  const auto found = std::find_if(processes_.begin(), processes_.end(),
                                  [&](const Process& p) { return p.number() == number; });
  return found == processes_.end() ? nullptr : &*found;
}

void Agent::say(FrameType type, std::string_view payload, std::uint32_t process) {
  connection_.queue({.type = type, .process = process, .payload = protocol::bytes_of(payload)});
}

void Agent::say_failed(std::uint32_t process, const Failure& failure) {
  say(FrameType::failed, encode(failure), process);
}

void Agent::say_container() {
  if (!established_) return;
  if (container_.state() == protocol::ContainerState::ready) {
    say(FrameType::container_ready, encode(container_.timings()));
  } else {
    say_failed(0, container_.failure());
  }
}

void Agent::container_changed() {
  say_container();
  const auto ahead = std::exchange(ahead_, std::nullopt);
  if (ahead && container_.state() == protocol::ContainerState::ready) start_pending(*ahead);
}

void Agent::say_state() {
  protocol::State state{.container = container_.state()};
  for (const Process& process : processes_) state.processes.push_back(process.entry());
  say(FrameType::state, encode(state));
  if (state.container == protocol::ContainerState::failed) say_container();
}

}  // namespace guest_init
