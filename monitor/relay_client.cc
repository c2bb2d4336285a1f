// The attached client: it comes, feeds standard input, acknowledges output, and may go at any time.
#include "monitor/relay.h"

#include <sys/socket.h>

#include <algorithm>
#include <utility>

#include "base/failpoint.h"

namespace monitor {
namespace {

using protocol::Frame;
using protocol::FrameType;
using protocol::standard_error;
using protocol::standard_input;
using protocol::standard_output;

}  // namespace

void Relay::accept_client() {
  base::UniqueFd fd(accept4(request_.listener, nullptr, nullptr, SOCK_CLOEXEC));
  if (!fd) return;
  if (!client_) {
    client_ = FrameSocket(std::move(fd));
    return;
  }
  FrameSocket refused(std::move(fd));
  refused.send(text_frame(FrameType::error, "somebody else is attached to the container"));
  refused.flush();
}

void Relay::receive_client() {
  if (!client_.receive([this](const Frame& frame) { return take_client_frame(frame); }))
    lose_client();
}

bool Relay::take_client_frame(const Frame& frame) {
  switch (frame.type) {
    case FrameType::hello:
      return true;
    case FrameType::attach:
      return take_attach(frame);
    case FrameType::data:
    case FrameType::eof:
      return take_client_input(frame);
    case FrameType::ack:
      return take_client_ack(frame);
    case FrameType::close:
      if (frame.stream == standard_input) return false;
      outputs_[frame.stream].closed = true;
      to_guest(frame);
      return true;
    case FrameType::signal:
    case FrameType::resize:
      if (phase_ == Phase::running) to_guest(frame);
      return true;
    case FrameType::exit_ack:
      return true;
    default:
      return false;
  }
}

bool Relay::take_attach(const Frame& frame) {
  protocol::Attach attach;
  if (attached_ || !decode(frame.payload, attach) || attach.process != 0) return false;
  attached_ = true;
  client_resumes_ = attach.resume;
  client_position_ = attach.position;
  base::failpoint("relay.attached");
  tell(MessageType::client, {}, {1});
  if (phase_ == Phase::client) resume();
  if (phase_ == Phase::running || phase_ == Phase::exited) send_attached();
  return true;
}

// Where the streams stand: for a client that resumes at what it has, else at what comes next.
void Relay::send_attached() {
  protocol::State state;
  state.container = protocol::ContainerState::ready;
  protocol::ProcessEntry entry;
  entry.position = {input_acked_, outputs_[standard_output].received,
                    outputs_[standard_error].received};
  input_sent_ = input_acked_;
  state.processes.push_back(entry);
  client_.send(text_frame(FrameType::attached, encode(state)));
  std::string payload;
  protocol::append_u64(payload, input_limit_);
  Frame ack = text_frame(FrameType::ack, payload);
  ack.offset = input_acked_;
  if (input_limit_ > input_acked_) client_.send(ack);
  if (input_closed_)
    client_.send({.type = FrameType::close, .stream = standard_input, .payload = {}});
  for (const std::uint8_t stream : {standard_output, standard_error})
    if (outputs_[stream].ended)
      client_.send({.type = FrameType::eof,
                    .stream = stream,
                    .offset = outputs_[stream].received,
                    .payload = {}});
  if (recorded_) forward_exit();
}

bool Relay::take_client_input(const Frame& frame) {
  if (!attached_ || frame.stream != standard_input || frame.offset != input_sent_ ||
      frame.offset + frame.payload.size() > std::max(input_limit_, input_sent_))
    return false;
  input_sent_ += frame.payload.size();
  if (frame.type == FrameType::eof) input_ended_ = true;
  if (!input_closed_) to_guest(frame);
  return true;
}

bool Relay::take_client_ack(const Frame& frame) {
  protocol::Reader reader(frame.payload);
  const std::uint64_t limit = reader.u64();
  if (!attached_ || frame.stream == standard_input || !reader.finished() ||
      frame.offset > outputs_[frame.stream].received)
    return false;
  grant(frame.stream, frame.offset, limit);
  return true;
}

void Relay::forward_exit() {
  if (!exit_ || !recorded_ || !attached_) return;
  client_.send(text_frame(FrameType::exit, encode(*exit_)));
}

// What was sent to it is gone with it; from now on output is dropped. Its standard input ends, as
// docker's does.
void Relay::lose_client() {
  client_.close();
  if (!std::exchange(attached_, false)) return;
  if (phase_ != Phase::running) return;
  tell(MessageType::client, {}, {0});
  if (!std::exchange(input_ended_, true) && !input_closed_)
    to_guest(
        {.type = FrameType::eof, .stream = standard_input, .offset = input_sent_, .payload = {}});
  grant_discarded();
}

}  // namespace monitor
