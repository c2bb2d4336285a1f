#include "monitor/relay.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/error.h"
#include "base/failpoint.h"
#include "guest-init/protocol/spec.h"

namespace monitor {
namespace {

using protocol::Frame;
using protocol::FrameType;
using protocol::standard_error;
using protocol::standard_input;
using protocol::standard_output;

constexpr std::size_t read_size = 128u << 10;
constexpr std::uint64_t discard_window = 256u << 10;  // granted while nobody is attached
constexpr std::size_t guest_backlog = 512u << 10;     // unsent to the guest: clients wait beyond

Frame text_frame(FrameType type, std::string_view payload) {
  return {.type = type, .payload = protocol::bytes_of(payload)};
}

}  // namespace

Relay::Relay(RelayRequest request, GuestChannel& guest)
    : request_(std::move(request)), guest_(guest), client_deadline_(base::Deadline::never()) {
  if (request_.first_client) client_ = FrameSocket(std::move(request_.first_client));
  protocol::Hello hello;
  hello.epoch = request_.epoch;
  to_guest(text_frame(FrameType::hello, encode(hello)));
}

void Relay::run() {
  serve_guest();
  while (!over_) poll_once();
}

void Relay::poll_once() {
  enum Source { from_guest, from_parent, from_listener, from_client, count };
  std::array<pollfd, count> polled{};
  polled.fill({.fd = -1, .events = POLLIN, .revents = 0});
  if (!guest_gone_) polled[from_guest].fd = guest_.fd();
  polled[from_parent].fd = request_.parent;
  polled[from_listener].fd = request_.listener;
  if (client_) {
    polled[from_client].fd = client_.fd();
    polled[from_client].events = static_cast<short>(
        (to_guest_.size() < guest_backlog ? POLLIN : 0) | (client_.unsent() > 0 ? POLLOUT : 0));
  }
  const int ready = poll(polled.data(), polled.size(), client_deadline_.poll_timeout());
  if (ready < 0 && errno != EINTR) base::throw_errno("waiting for the guest");
  if (ready < 0) return;
  if (phase_ == Phase::client && client_deadline_.expired()) resume();
  if (polled[from_parent].revents != 0) take_parent();
  if (over_) return;
  if (polled[from_guest].revents != 0) guest_.clear_event();
  if (polled[from_listener].revents != 0) accept_client();
  if (client_ && (polled[from_client].revents & (POLLIN | POLLHUP | POLLERR)) != 0)
    receive_client();
  serve_guest();
  if (client_ && !client_.flush()) lose_client();
  finish_when_flushed();
}

void Relay::finish_when_flushed() {
  if (finishing_ && (!client_ || client_.unsent() == 0)) over_ = true;
}

// --- the parent

void Relay::take_parent() {
  const auto message = receive_message(request_.parent);
  if (!message) {  // it died: whoever takes over resumes from what the guest keeps
    over_ = true;
    return;
  }
  switch (message->type) {
    case MessageType::recorded:
      recorded_ = true;
      forward_exit();
      to_guest({.type = FrameType::exit_ack, .payload = {}});
      base::failpoint("relay.exit_acked");
      break;
    case MessageType::finish:
      if (message->numbers[0] != 0 && !guest_gone_) {
        base::failpoint("relay.shutdown");
        to_guest({.type = FrameType::shutdown, .payload = {}});
      } else {
        finishing_ = true;
      }
      break;
    case MessageType::guest_gone:
      serve_guest();
      guest_gone_ = true;
      finishing_ = true;
      break;
    default:
      break;
  }
}

void Relay::tell(MessageType type, std::string_view text,
                 std::initializer_list<std::uint64_t> numbers) {
  Message message;
  message.type = type;
  std::copy(numbers.begin(), numbers.end(), message.numbers.begin());
  if (!text.empty()) message.put_text(text);
  send_message(request_.parent, message);
}

bool Relay::broken(std::string_view why) {
  tell(MessageType::broken, why);
  over_ = true;
  return false;
}

// --- the guest

void Relay::to_guest(const Frame& frame) { protocol::append_frame(to_guest_, frame); }

// Until nothing moves any more: only then may we sleep on the event channel.
void Relay::serve_guest() {
  if (guest_gone_ || over_) return;
  bool moved = true;
  while (moved && !over_) {
    moved = read_guest();
    moved = write_guest() || moved;
    if (client_ && client_.unsent() > read_size && !client_.flush()) lose_client();
  }
}

bool Relay::read_guest() {
  std::array<std::byte, read_size> buffer;
  const auto size = guest_.read(buffer);
  if (!size) {
    tell(MessageType::lost);
    over_ = true;
    return false;
  }
  if (*size == 0) return false;
  from_guest_.append(reinterpret_cast<const char*>(buffer.data()), *size);
  const char* why = "";
  if (!take_frames(
          from_guest_, [this](const Frame& frame) { return take_guest_frame(frame); }, why))
    broken(why);
  return true;
}

bool Relay::write_guest() {
  if (to_guest_.empty()) return false;
  const auto size = guest_.write(protocol::bytes_of(to_guest_));
  if (!size) {
    tell(MessageType::lost);
    over_ = true;
    return false;
  }
  to_guest_.erase(0, *size);
  return *size > 0;
}

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
    return true;
  }
  if (state.container == protocol::ContainerState::failed)
    return broken("its file system could not be mounted");
  if (state.processes.empty()) {
    send_process();
    return true;
  }
  const protocol::ProcessEntry& entry = state.processes.front();
  for (const std::uint8_t stream : {standard_output, standard_error}) {
    outputs_[stream].received = entry.position[stream];
    outputs_[stream].limit = entry.position[stream];
    outputs_[stream].closed = (entry.open & (1u << stream)) == 0;
  }
  input_sent_ = input_acked_ = input_limit_ = entry.position[standard_input];
  phase_ = Phase::running;
  tell(MessageType::started);
  if (attached_)
    send_attached();
  else
    grant_discarded();
  return true;
}

void Relay::send_container() {
  to_guest(text_frame(FrameType::container, request_.container_spec));
  phase_ = Phase::container;
  base::failpoint("relay.container");
}

bool Relay::take_ready(const Frame& frame) {
  std::vector<protocol::Timing> timings;
  if (phase_ != Phase::container || !decode(frame.payload, timings) || timings.size() > 64)
    return broken("a bad CONTAINER_READY");
  for (const protocol::Timing& timing : timings)
    tell(MessageType::timing, timing.name, {timing.ns});
  tell(MessageType::ready);
  send_process();
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
  phase_ = Phase::process;
}

bool Relay::take_started(const Frame&) {
  if (phase_ != Phase::process) return broken("STARTED without a process");
  phase_ = Phase::running;
  base::failpoint("relay.started");
  tell(MessageType::started);
  if (attached_)
    send_attached();
  else
    grant_discarded();
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

// --- the client

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
