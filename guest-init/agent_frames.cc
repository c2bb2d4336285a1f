// What the agent does with each frame of the host. False: against the protocol, which ends the
// connection.
#include <algorithm>

#include "guest-init/agent.h"

namespace guest_init {

using protocol::Frame;
using protocol::FrameType;

struct Agent::Handler {
  FrameType type;
  bool (Agent::*handle)(const Frame& frame);
};

const Agent::Handler Agent::handlers[] = {
    {FrameType::container, &Agent::on_container},
    {FrameType::process_spec, &Agent::on_process_spec},
    {FrameType::process_start, &Agent::on_process_start},
    {FrameType::data, &Agent::on_process},
    {FrameType::eof, &Agent::on_process},
    {FrameType::ack, &Agent::on_process},
    {FrameType::close, &Agent::on_process},
    {FrameType::signal, &Agent::on_process},
    {FrameType::resize, &Agent::on_process},
    {FrameType::freeze, &Agent::on_freeze},
    {FrameType::query, &Agent::on_query},
    {FrameType::exit_ack, &Agent::on_exit_ack},
    {FrameType::shutdown, &Agent::on_shutdown},
};

bool Agent::handle(const Frame& frame) {
  if (!greeted_) return frame.type == FrameType::hello && on_hello(frame);
  if (!established_) return frame.type == FrameType::resume && on_resume(frame);
  for (const Handler& handler : handlers) {
    if (handler.type == frame.type) return (this->*handler.handle)(frame);
  }
  return false;
}

bool Agent::on_hello(const Frame& frame) {
  protocol::Hello theirs;
  greeted_ = decode(frame.payload, theirs) && common_version({}, theirs) != 0;
  return greeted_;
}

bool Agent::on_resume(const Frame& frame) {
  std::vector<protocol::Position> positions;
  if (!decode(frame.payload, positions)) return false;
  for (Process& process : processes_) process.forget_said();
  for (const protocol::Position& position : positions) {
    Process* process = find(position.process);
    if (process != nullptr && !process->rewind(position.stream, position.position)) return false;
  }
  established_ = true;
  say_state();
  return true;
}

bool Agent::on_container(const Frame& frame) {
  if (container_.is_waiting()) return true;  // again, by who took over and could not know
  if (container_.state() != protocol::ContainerState::none) return false;
  if (!container_.begin(frame.payload)) say_container();
  return true;
}

bool Agent::on_process_spec(const Frame& frame) {
  if (frame.offset == 0) pending_ = {.process = frame.process, .bytes = {}};
  if (frame.process != pending_.process || frame.offset != pending_.bytes.size() ||
      frame.payload.size() > protocol::max_process_spec - pending_.bytes.size()) {
    return false;
  }
  pending_.bytes.append(reinterpret_cast<const char*>(frame.payload.data()), frame.payload.size());
  return true;
}

bool Agent::on_process_start(const Frame& frame) {
  PendingSpec pending = std::exchange(pending_, {});
  if (frame.process != pending.process || frame.offset != pending.bytes.size() ||
      find(frame.process) != nullptr) {
    return false;
  }
  if (!container_.is_waiting()) {
    start_pending(pending);
    return true;
  }
  if (frame.process != 0 || ahead_) return false;
  ahead_ = std::move(pending);
  return true;
}

void Agent::start_pending(const PendingSpec& pending) {
  protocol::ProcessSpec spec;
  std::string why;
  Failure failure;
  if (container_.state() != protocol::ContainerState::ready || is_ending()) {
    fail_with(failure, FailureStage::other, "there is no container to run in");
  } else if (!decode(protocol::bytes_of(pending.bytes), spec, why)) {
    fail_with(failure, FailureStage::spec, "the process's specification: " + why);
  } else if (pending.process == 0 && spec.beside) {
    fail_with(failure, FailureStage::spec, "an entrypoint has nothing to stand beside");
  } else {
    return start_process(pending.process, spec);
  }
  say_failed(pending.process, failure);
}

void Agent::start_process(std::uint32_t number, const protocol::ProcessSpec& spec) {
  const Process* entrypoint = number == 0 ? nullptr : find(0);
  if (number != 0 && (entrypoint == nullptr || !entrypoint->is_alive())) {
    Failure failure;
    fail_with(failure, FailureStage::other, "the container is not running");
    return say_failed(number, failure);
  }
  const ProcessPlan plan{.spec = spec,
                         .container = container_,
                         .guest = guest_,
                         .entrypoint = entrypoint == nullptr ? -1 : entrypoint->pidfd()};
  Process process(number);
  process.start(plan);
  processes_.push_back(std::move(process));
}

// What comes for a process that is gone was under way when it ended.
bool Agent::on_process(const Frame& frame) {
  if (ahead_ && frame.process == ahead_->process) return false;
  Process* process = find(frame.process);
  return process == nullptr || process->take(frame);
}

// Without an answer where it could not be done, as from a guest that has ended.
bool Agent::on_freeze(const Frame& frame) {
  bool frozen = false;
  if (!protocol::decode_flag(frame.payload, frozen)) return false;
  if (container_.cgroup().freeze(frozen)) say(FrameType::frozen, protocol::encode_flag(frozen));
  return true;
}

bool Agent::on_query(const Frame&) {
  say(FrameType::info, encode(guest_.info()));
  return true;
}

bool Agent::on_exit_ack(const Frame& frame) {
  std::erase_if(processes_, [&](const Process& process) {
    return process.number() == frame.process && process.was_told();
  });
  return true;
}

bool Agent::on_shutdown(const Frame& frame) {
  if (!protocol::decode_disks(frame.payload, unwanted_)) return false;
  end();
  return true;
}

}  // namespace guest_init
