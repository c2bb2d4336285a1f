// What the guest says, each frame checked against what it may say now.
#include "monitor/relay.h"

#include <algorithm>
#include <utility>

#include "base/failpoint.h"
#include "guest-init/protocol/spec.h"

namespace monitor {
namespace {

using protocol::Frame;
using protocol::FrameType;
using protocol::standard_error;
using protocol::standard_input;
using protocol::standard_output;

constexpr std::size_t most_processes = 1024;
constexpr std::size_t most_timings = 64;
constexpr std::uint32_t highest_number = 1u << 30;  // beyond the others that we would give

}  // namespace

HostedProcess* Relay::find(std::uint32_t number) {
  const auto found = processes_.find(number);
  return found == processes_.end() ? nullptr : &found->second;
}

bool Relay::take_guest_frame(const Frame& frame) {
  struct Handler {
    FrameType type;
    bool (Relay::*take)(const Frame&);
    bool of_process;  // about a process that we know
  };
  static constexpr Handler handlers[] = {
      {FrameType::data, &Relay::take_output, true},
      {FrameType::ack, &Relay::take_input_ack, true},
      {FrameType::eof, &Relay::take_output_end, true},
      {FrameType::close, &Relay::take_input_close, true},
      {FrameType::hello, &Relay::take_hello, false},
      {FrameType::state, &Relay::take_state, false},
      {FrameType::container_ready, &Relay::take_ready, false},
      {FrameType::started, &Relay::take_started, false},
      {FrameType::failed, &Relay::take_failed, false},
      {FrameType::exit, &Relay::take_exit, true},
      {FrameType::log, &Relay::take_log, false},
      {FrameType::frozen, &Relay::take_frozen, false},
      {FrameType::shutdown_done, &Relay::take_shutdown_done, false},
  };
  if (phase_ == Phase::hello && frame.type != FrameType::hello && frame.type != FrameType::log)
    return broken("it did not begin with HELLO");
  for (const Handler& handler : handlers) {
    if (handler.type != frame.type) continue;
    const bool known = find(frame.process) != nullptr;
    if ((handler.of_process && !known) || (frame.process != 0 && !known))
      return broken("a frame of a process that nobody started");
    return (this->*handler.take)(frame) && !over_;
  }
  return broken(std::string("it sent ") + protocol::name_of(frame.type));
}

bool Relay::take_hello(const Frame& frame) {
  protocol::Hello theirs;
  if (phase_ != Phase::hello || !decode(frame.payload, theirs)) return broken("a bad HELLO");
  if (protocol::common_version(protocol::Hello{}, theirs) == 0)
    return broken("the guest speaks versions " + std::to_string(theirs.lowest) + " to " +
                  std::to_string(theirs.highest) + " of the protocol, we 1");
  if (request_.epoch != 0 && theirs.epoch != request_.epoch)
    return broken("the guest was started again behind our back");
  base::failpoint("relay.hello");
  tell(MessageType::hello, {}, {theirs.epoch, theirs.exec_ns, theirs.hello_ns});
  phase_ = Phase::client;
  if (!request_.client_expected || has_peers(0))
    resume();
  else
    client_deadline_ = base::Deadline::after(request_.client_patience);
  return true;
}

// What is said of the entrypoint's streams is what its client has; all else goes on where the guest
// was told last.
void Relay::resume() {
  client_deadline_ = base::Deadline::never();
  std::vector<protocol::Position> have;
  for (const Peer& peer : peers_)
    if (peer.process == 0 && peer.resumes && have.empty())
      for (const std::uint8_t stream : {standard_output, standard_error})
        have.push_back({.process = 0, .stream = stream, .position = peer.position[stream]});
  to_guest(text_frame(FrameType::resume, encode(have)));
  phase_ = Phase::state;
}

bool Relay::take_state(const Frame& frame) {
  protocol::State state;
  if (phase_ != Phase::state || !decode(frame.payload, state) ||
      state.processes.size() > most_processes)
    return broken("a bad STATE");
  if (shutdown_wanted_) return take_last_state(state);
  if (state.container == protocol::ContainerState::none) {
    phase_ = Phase::disks;
    if (request_.disks_there) begin_container();
    return true;
  }
  if (state.container == protocol::ContainerState::failed)
    return broken("its file system could not be mounted");
  if (!take_processes(state)) return broken("a bad STATE");
  if (!find(0)) {
    if (!processes_.empty()) return broken("processes without an entrypoint");
    send_process(0, request_.process_spec);
  }
  phase_ = Phase::process;  // until it has told, or told anew, whether the entrypoint runs
  return true;
}

bool Relay::take_processes(const protocol::State& state) {
  for (const protocol::ProcessEntry& entry : state.processes) {
    HostedProcess process(entry);
    process.expected = entry.process != 0;  // by whom it was started for
    process.patience = base::Deadline::after(request_.client_patience);
    if (entry.process > highest_number || !processes_.emplace(entry.process, process).second)
      return false;
    next_process_ = std::max(next_process_, entry.process + 1);
  }
  return true;
}

// Whatever it has is to end.
bool Relay::take_last_state(const protocol::State& state) {
  if (!take_processes(state)) return broken("a bad STATE");
  phase_ = Phase::process;
  shut_down();
  return true;
}

void Relay::begin_running() {
  phase_ = Phase::running;
  tell(MessageType::started);
  for (Order& order : std::exchange(early_, {})) to_container(std::move(order));
  for (Peer& peer : peers_) {
    if (peer.gone) continue;
    if (peer.waits_to_start) start_process_of(peer);
    if (peer.process && !peer.told) meet(peer);
  }
}

void Relay::begin_container() {
  to_guest(text_frame(FrameType::container, request_.container_spec));
  base::failpoint("relay.container");
  send_process(0, request_.process_spec);  // which starts as soon as the container is ready
  phase_ = Phase::container;
}

bool Relay::take_ready(const Frame& frame) {
  std::vector<protocol::Timing> timings;
  if (phase_ != Phase::container || !decode(frame.payload, timings) ||
      timings.size() > most_timings)
    return broken("a bad CONTAINER_READY");
  for (const protocol::Timing& timing : timings)
    tell(MessageType::timing, timing.name, {timing.ns});
  tell(MessageType::ready);
  phase_ = Phase::process;
  return true;
}

void Relay::send_process(std::uint32_t number, std::string_view spec) {
  for (std::size_t at = 0; at < spec.size(); at += protocol::max_payload) {
    Frame piece = text_frame(FrameType::process_spec, spec.substr(at, protocol::max_payload));
    piece.process = number;
    piece.offset = at;
    to_guest(piece);
  }
  to_guest(
      {.type = FrameType::process_start, .process = number, .offset = spec.size(), .payload = {}});
}

bool Relay::take_started(const Frame& frame) {
  if (frame.process == 0 && phase_ != Phase::process) return broken("STARTED without a process");
  if (!processes_.try_emplace(frame.process, frame.process).first->second.take_started())
    return broken("STARTED twice");
  if (frame.process != 0) {
    to_peers(frame);
    return true;
  }
  base::failpoint("relay.started");
  begin_running();
  return true;
}

bool Relay::take_failed(const Frame& frame) {
  protocol::Failure failure;
  if (!decode(frame.payload, failure)) return broken("a bad FAILED");
  if (frame.process == 0) return container_failed(failure);
  if (find(frame.process)->started()) return broken("FAILED of what runs");
  to_peers(frame);
  forget(frame.process);
  return true;
}

bool Relay::container_failed(const protocol::Failure& failure) {
  if (phase_ != Phase::container && phase_ != Phase::process) return broken("a bad FAILED");
  Message message;
  message.type = MessageType::failed;
  message.code = failure.error_number;
  message.numbers[0] = static_cast<std::uint64_t>(failure.stage);
  message.put_text(failure.text);
  send_message(request_.parent, message);
  return true;
}

bool Relay::take_output(const Frame& frame) {
  if (!find(frame.process)->take_output(frame)) return broken("output that was not asked for");
  if (frame.process == 0 && request_.log) {
    // In the log before it can be acknowledged.
    request_.log->append(frame.stream, frame.offset, frame.payload);
    flush_log();
  }
  base::failpoint("relay.data");
  to_peers(frame);
  return true;
}

bool Relay::take_output_end(const Frame& frame) {
  if (!find(frame.process)->take_output_end(frame))
    return broken("an output stream that ends elsewhere");
  to_peers(frame);
  return true;
}

bool Relay::take_input_ack(const Frame& frame) {
  if (!find(frame.process)->take_input_ack(frame)) return broken("a bad ACK");
  to_peers(frame);
  return true;
}

bool Relay::take_input_close(const Frame& frame) {
  if (frame.stream != standard_input) return broken("CLOSE of an output stream");
  find(frame.process)->take_input_close();
  to_peers(frame);
  return true;
}

bool Relay::take_exit(const Frame& frame) {
  protocol::ExitRecord record;
  HostedProcess& process = *find(frame.process);
  if (!decode(frame.payload, record)) return broken("a bad EXIT");
  if (process.exit() && frame.process != 0) return true;  // again, by who was told anew
  if ((frame.process == 0 && phase_ != Phase::running) || !process.take_exit(record))
    return broken("an exit that cannot be");
  if (frame.process != 0) {
    forward_exit(process);
    return true;
  }
  base::failpoint("relay.exit");
  phase_ = Phase::exited;
  tell(MessageType::exited, {},
       {record.signalled ? 1u : 0u, record.oom ? 1u : 0u, record.value, record.started_ns,
        record.finished_ns});
  return true;
}

bool Relay::take_log(const Frame& frame) {
  protocol::Reader reader(frame.payload);
  const std::uint8_t level = reader.u8();
  tell(MessageType::log, reader.text(std::min<std::size_t>(reader.left(), 255)), {level});
  return true;
}

bool Relay::take_frozen(const Frame& frame) {
  bool frozen = false;
  if (!protocol::decode_flag(frame.payload, frozen)) return broken("a bad FROZEN");
  tell(MessageType::frozen, {}, {frozen ? 1u : 0u});
  return true;
}

bool Relay::take_shutdown_done(const Frame& frame) {
  bool left = false;  // as where nothing is said of it
  if (!frame.payload.empty() && !protocol::decode_flag(frame.payload, left))
    return broken("a bad SHUTDOWN_DONE");
  tell(MessageType::shutdown_done, {}, {left ? 1u : 0u});
  finishing_ = true;
  return true;
}

}  // namespace monitor
