// What the guest says, each frame checked against what it may say now.
#include "monitor/relay.h"

#include <algorithm>

#include "base/failpoint.h"
#include "guest-init/protocol/spec.h"

namespace monitor {
namespace {

using protocol::Frame;
using protocol::FrameType;
using protocol::standard_error;
using protocol::standard_input;
using protocol::standard_output;

constexpr std::uint64_t discard_window = 256u << 10;  // granted while nobody is attached

}  // namespace

bool Relay::take_guest_frame(const Frame& frame) {
  struct Handler {
    FrameType type;
    bool (Relay::*take)(const Frame&);
  };
  static constexpr Handler handlers[] = {
      {FrameType::data, &Relay::take_output},
      {FrameType::ack, &Relay::take_input_ack},
      {FrameType::eof, &Relay::take_output_end},
      {FrameType::close, &Relay::take_input_close},
      {FrameType::hello, &Relay::take_hello},
      {FrameType::state, &Relay::take_state},
      {FrameType::container_ready, &Relay::take_ready},
      {FrameType::started, &Relay::take_started},
      {FrameType::failed, &Relay::take_failed},
      {FrameType::exit, &Relay::take_exit},
      {FrameType::log, &Relay::take_log},
      {FrameType::shutdown_done, &Relay::take_shutdown_done},
  };
  if (frame.process != 0) return broken("a frame of a process that nobody started");
  if (phase_ == Phase::hello && frame.type != FrameType::hello && frame.type != FrameType::log)
    return broken("it did not begin with HELLO");
  for (const Handler& handler : handlers)
    if (handler.type == frame.type) return (this->*handler.take)(frame) && !over_;
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
  if (!request_.client_expected || attached_)
    resume();
  else
    client_deadline_ = base::Deadline::after(request_.client_patience);
  return true;
}

void Relay::resume() {
  client_deadline_ = base::Deadline::never();
  std::vector<protocol::Position> have;
  if (attached_ && client_resumes_)
    for (const std::uint8_t stream : {standard_output, standard_error})
      have.push_back({.process = 0, .stream = stream, .position = client_position_[stream]});
  to_guest(text_frame(FrameType::resume, encode(have)));
  phase_ = Phase::state;
}

bool Relay::take_state(const Frame& frame) {
  protocol::State state;
  if (phase_ != Phase::state || !decode(frame.payload, state)) return broken("a bad STATE");
  if (state.container == protocol::ContainerState::none) {
    send_container();
    send_process();  // which the guest starts as soon as the container is ready
    phase_ = Phase::container;
    return true;
  }
  if (state.container == protocol::ContainerState::failed)
    return broken("its file system could not be mounted");
  if (state.processes.empty()) {
    send_process();
    phase_ = Phase::process;
    return true;
  }
  const protocol::ProcessEntry& entry = state.processes.front();
  for (const std::uint8_t stream : {standard_output, standard_error}) {
    outputs_[stream].received = entry.position[stream];
    outputs_[stream].limit = entry.position[stream];
    outputs_[stream].closed = (entry.open & (1u << stream)) == 0;
  }
  input_sent_ = input_acked_ = input_limit_ = entry.position[standard_input];
  begin_running();
  return true;
}

void Relay::begin_running() {
  phase_ = Phase::running;
  tell(MessageType::started);
  if (attached_)
    send_attached();
  else
    grant_discarded();
}

void Relay::send_container() {
  to_guest(text_frame(FrameType::container, request_.container_spec));
  base::failpoint("relay.container");
}

bool Relay::take_ready(const Frame& frame) {
  std::vector<protocol::Timing> timings;
  if (phase_ != Phase::container || !decode(frame.payload, timings) || timings.size() > 64)
    return broken("a bad CONTAINER_READY");
  for (const protocol::Timing& timing : timings)
    tell(MessageType::timing, timing.name, {timing.ns});
  tell(MessageType::ready);
  phase_ = Phase::process;
  return true;
}

void Relay::send_process() {
  const std::string& spec = request_.process_spec;
  for (std::size_t at = 0; at < spec.size(); at += protocol::max_payload) {
    Frame piece = text_frame(FrameType::process_spec,
                             std::string_view(spec).substr(at, protocol::max_payload));
    piece.offset = at;
    to_guest(piece);
  }
  to_guest({.type = FrameType::process_start, .offset = spec.size(), .payload = {}});
}

bool Relay::take_started(const Frame&) {
  if (phase_ != Phase::process) return broken("STARTED without a process");
  base::failpoint("relay.started");
  begin_running();
  return true;
}

bool Relay::take_failed(const Frame& frame) {
  protocol::Failure failure;
  if ((phase_ != Phase::container && phase_ != Phase::process) || !decode(frame.payload, failure))
    return broken("a bad FAILED");
  Message message;
  message.type = MessageType::failed;
  message.code = failure.error_number;
  message.numbers[0] = static_cast<std::uint64_t>(failure.stage);
  message.put_text(failure.text);
  send_message(request_.parent, message);
  return true;
}

bool Relay::take_output(const Frame& frame) {
  Output& output = outputs_[frame.stream];
  const std::uint64_t end = frame.offset + frame.payload.size();
  if (frame.stream == standard_input || frame.offset != output.received || frame.payload.empty() ||
      end > output.limit || output.ended)
    return broken("output that was not asked for");
  output.received = end;
  base::failpoint("relay.data");
  if (attached_)
    client_.send(frame);
  else
    grant_discarded();
  return true;
}

bool Relay::take_output_end(const Frame& frame) {
  Output& output = outputs_[frame.stream];
  if (frame.stream == standard_input || frame.offset != output.received)
    return broken("an output stream that ends elsewhere");
  output.ended = true;
  if (attached_) client_.send(frame);
  return true;
}

bool Relay::take_input_ack(const Frame& frame) {
  protocol::Reader reader(frame.payload);
  const std::uint64_t limit = reader.u64();
  if (frame.stream != standard_input || !reader.finished() || frame.offset > input_sent_ ||
      frame.offset < input_acked_)
    return broken("a bad ACK");
  input_acked_ = frame.offset;
  input_limit_ = std::max(limit, input_limit_);
  if (attached_) client_.send(frame);
  return true;
}

bool Relay::take_input_close(const Frame& frame) {
  if (frame.stream != standard_input) return broken("CLOSE of an output stream");
  input_closed_ = true;
  if (attached_) client_.send(frame);
  return true;
}

bool Relay::take_exit(const Frame& frame) {
  protocol::ExitRecord record;
  if (phase_ != Phase::running || !decode(frame.payload, record)) return broken("a bad EXIT");
  for (const std::uint8_t stream : {standard_output, standard_error})
    if (!outputs_[stream].closed && record.streams[stream].bytes != outputs_[stream].received)
      return broken("it counts other bytes than came");
  if (record.value > 255) return broken("an exit status that cannot be");
  base::failpoint("relay.exit");
  exit_ = record;
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

bool Relay::take_shutdown_done(const Frame&) {
  tell(MessageType::shutdown_done);
  finishing_ = true;
  return true;
}

void Relay::grant(std::uint8_t stream, std::uint64_t position, std::uint64_t limit) {
  std::string payload;
  protocol::append_u64(payload, limit);
  Frame frame = text_frame(FrameType::ack, payload);
  frame.stream = stream;
  frame.offset = position;
  to_guest(frame);
  outputs_[stream].limit = std::max(outputs_[stream].limit, limit);
}

// Nobody is attached: what comes is dropped, so that the container does not wait for a reader.
void Relay::grant_discarded() {
  for (const std::uint8_t stream : {standard_output, standard_error}) {
    Output& output = outputs_[stream];
    if (output.limit < output.received + discard_window / 2 || output.received == output.limit)
      grant(stream, output.received, output.received + discard_window);
    else
      grant(stream, output.received, output.limit);
  }
}

}  // namespace monitor
