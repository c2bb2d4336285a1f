#include "tests/support/guest_peer.h"

#include <poll.h>

#include <algorithm>

#include "base/error.h"

namespace support {

using protocol::FrameType;

namespace {

[[noreturn]] void broken(const std::string& why) {
  throw base::Error(base::ErrorKind::corrupt, "the guest sent " + why);
}

template <typename Message>
Message decoded(const protocol::Frame& frame) {
  Message message;
  if (!decode(frame.payload, message)) broken(std::string("a bad ") + name_of(frame.type));
  return message;
}

std::uint64_t number_in(const protocol::Frame& frame) {
  protocol::Reader reader(frame.payload);
  const std::uint64_t number = frame.payload.size() == 4 ? reader.u32() : reader.u64();
  if (!reader.finished()) broken(std::string("a bad ") + name_of(frame.type));
  return number;
}

}  // namespace

void GuestPeer::say(FrameType type, std::string_view payload, std::uint32_t process,
                    std::uint8_t stream, std::uint64_t offset) {
  protocol::append_frame(out_, {.type = type,
                                .stream = stream,
                                .process = process,
                                .offset = offset,
                                .payload = protocol::bytes_of(payload)});
}

protocol::State GuestPeer::handshake() {
  const auto deadline = patience();
  say(FrameType::hello, encode(protocol::Hello{.epoch = hello_.epoch}));
  while (!greeted_) step(deadline);
  std::vector<protocol::Position> positions;
  for (const auto& [process, view] : views_) {
    if (!view.started) continue;
    for (std::uint8_t stream = 1; stream <= 2; ++stream) {
      positions.push_back({process, stream, view.output[stream - 1u].received()});
    }
  }
  say(FrameType::resume, encode(positions));
  while (!state_) step(deadline);
  established_ = true;
  return *state_;
}

void GuestPeer::reconnect(guest_init::Transport transport) {
  container_asked_for_ = false;
  transport_ = transport;
  in_.clear();
  out_.clear();
  gone_ = greeted_ = established_ = false;
  container_failure_.reset();
  state_.reset();
}

void GuestPeer::ask_for_container(const protocol::ContainerSpec& spec) {
  container_asked_for_ = true;
  container_failure_.reset();
  say(FrameType::container, encode(spec));
}

std::optional<protocol::Failure> GuestPeer::wait_container() {
  const auto deadline = patience();
  while (!container_ready_ && !container_failure_) step(deadline);
  return container_failure_;
}

void GuestPeer::start(std::uint32_t process, const protocol::ProcessSpec& spec) {
  views_.erase(process);
  view(process).started = true;
  const std::string bytes = encode(spec);
  for (std::size_t at = 0; at < bytes.size(); at += protocol::max_payload) {
    say(FrameType::process_spec, std::string_view(bytes).substr(at, protocol::max_payload), process,
        0, at);
  }
  say(FrameType::process_start, {}, process, 0, bytes.size());
}

std::optional<protocol::Failure> GuestPeer::wait_started(std::uint32_t process) {
  wait_until(process, [](const ProcessView& v) { return v.pid || v.failure; });
  return view(process).failure;
}

void GuestPeer::give_input(std::uint32_t process, std::string_view bytes) {
  view(process).input_rest += bytes;
  view(process).input_ends = true;
}

protocol::ExitRecord GuestPeer::wait_exit(std::uint32_t process, bool acknowledge) {
  wait_until(process, [](const ProcessView& v) { return v.exit || v.failure; });
  const ProcessView& known = view(process);
  if (!known.exit) throw base::Error("the process was not started: " + known.failure->text);
  for (std::size_t i = 0; i < 2; ++i) {
    const protocol::StreamSum ours{known.text[i].size(), known.output[i].crc()};
    if (!known.output[i].ended()) broken("EXIT before EOF");
    if (known.exit->streams[i + 1] != ours) broken("sums that differ from the bytes");
  }
  if (acknowledge) say(FrameType::exit_ack, {}, process);
  flush();
  return *known.exit;
}

void GuestPeer::idle(base::Milliseconds duration) {
  const auto end = base::Deadline::after(duration);
  while (!end.expired()) {
    pump();
    flush();
    pollfd entry{transport_.descriptor(transport_.self), transport_.events(transport_.self), 0};
    if (poll(&entry, 1, end.poll_timeout()) > 0) transport_.woken(transport_.self);
    receive();
  }
}

void GuestPeer::signal(std::uint32_t process, std::uint32_t number) {
  std::string payload;
  protocol::append_u32(payload, number);
  say(FrameType::signal, payload, process);
}

void GuestPeer::resize(std::uint32_t process, protocol::WindowSize size) {
  say(FrameType::resize, encode(size), process);
}

void GuestPeer::close_output(std::uint32_t process, std::uint8_t stream) {
  say(FrameType::close, {}, process, stream);
}

void GuestPeer::step(const base::Deadline& deadline) {
  if (gone_) throw base::Error("the guest has closed the connection");
  pump();
  flush();
  receive();
  pump();
  flush();
  pollfd entry{transport_.descriptor(transport_.self), transport_.events(transport_.self), 0};
  if (poll(&entry, 1, std::min(deadline.poll_timeout(), 20)) > 0) {
    transport_.woken(transport_.self);
  }
  receive();
  if (deadline.expired()) throw base::Error(base::ErrorKind::unavailable, "the guest is silent");
}

void GuestPeer::pump() {
  if (!established_ || container_asked_for_) return;
  for (auto& [process, known] : views_) {
    if (known.started && !known.failure && !known.exit) pump_process(process, known);
  }
}

void GuestPeer::pump_process(std::uint32_t process, ProcessView& known) {
  std::uint64_t position = 0;
  std::uint64_t limit = 0;
  for (std::uint8_t stream = 1; stream <= 2; ++stream) {
    if (!known.reads || !known.output[stream - 1u].take_ack(position, limit)) continue;
    std::string payload;
    protocol::append_u64(payload, limit);
    say(FrameType::ack, payload, process, stream, position);
  }
  if (known.input_closed) return;
  const std::string fresh = known.input_rest.substr(0, known.input.room());
  if (!fresh.empty()) known.input.put(protocol::bytes_of(fresh));
  known.input_rest.erase(0, fresh.size());
  if (known.input_ends && known.input_rest.empty()) known.input.end();
  while (out_.size() < 1 << 20) {
    const auto bytes = known.input.next(position);
    if (bytes.empty()) break;
    say(FrameType::data, {reinterpret_cast<const char*>(bytes.data()), bytes.size()}, process, 0,
        position);
    known.input.sent(bytes.size());
  }
  if (known.input.eof_due()) {
    say(FrameType::eof, {}, process, 0, known.input.total());
    known.input.eof_sent();
  }
}

void GuestPeer::flush() {
  while (!out_.empty() && !gone_) {
    const auto size = transport_.write(
        transport_.self, reinterpret_cast<const std::byte*>(out_.data()), out_.size());
    if (size < 0) gone_ = true;
    if (size <= 0) return;
    out_.erase(0, static_cast<std::size_t>(size));
  }
}

void GuestPeer::receive() {
  std::byte buffer[65536];
  for (;;) {
    protocol::Frame frame;
    std::size_t used = 0;
    const char* why = "";
    while (protocol::parse_frame(protocol::bytes_of(in_), frame, used, why) ==
           protocol::ParseResult::frame) {
      handle(frame);
      in_.erase(0, used);
    }
    const auto size = transport_.read(transport_.self, buffer, sizeof buffer);
    if (size < 0) gone_ = true;
    if (size <= 0) return;
    in_.append(reinterpret_cast<const char*>(buffer), static_cast<std::size_t>(size));
  }
}

void GuestPeer::handle(const protocol::Frame& frame) {
  ProcessView& known = view(frame.process);
  switch (frame.type) {
    case FrameType::hello:
      hello_ = decoded<protocol::Hello>(frame);
      greeted_ = true;
      break;
    case FrameType::state:
      on_state(decoded<protocol::State>(frame));
      break;
    case FrameType::container_ready:
      timings_ = decoded<std::vector<protocol::Timing>>(frame);
      container_ready_ = true;
      container_asked_for_ = false;
      break;
    case FrameType::failed:
      container_asked_for_ = false;
      (known.started ? known.failure : container_failure_) = decoded<protocol::Failure>(frame);
      break;
    case FrameType::started:
      known.pid = static_cast<std::uint32_t>(number_in(frame));
      break;
    case FrameType::data:
    case FrameType::eof:
    case FrameType::ack:
    case FrameType::close:
      on_output(known, frame);
      break;
    case FrameType::exit:
      known.exit = decoded<protocol::ExitRecord>(frame);
      break;
    case FrameType::shutdown_done:
      shut_down_ = true;
      break;
    case FrameType::frozen:
      frozen_ = frame.payload.size() == 1 && frame.payload[0] != std::byte{0};
      break;
    case FrameType::info:
      info_ = decoded<protocol::GuestInfo>(frame);
      break;
    case FrameType::log:
      log_.push_back(decoded<protocol::LogLine>(frame).text);
      break;
    default:
      broken(std::string("the host's own ") + name_of(frame.type));
  }
}

// At once: what follows STATE counts from there.
void GuestPeer::on_state(const protocol::State& state) {
  for (const protocol::ProcessEntry& entry : state.processes) {
    ProcessView& known = view(entry.process);
    known.started = true;
    if (!known.input.rewind(entry.position[0])) broken("an impossible position of stdin");
    for (std::size_t i = 0; i < 2; ++i) {
      if (known.output[i].received() == 0 && !known.output[i].ended())
        known.output[i].start_at(entry.position[i + 1]);
      known.output[i].forget_ack();
    }
  }
  state_ = state;
}

void GuestPeer::on_output(ProcessView& known, const protocol::Frame& frame) {
  if (frame.type == FrameType::close) {
    known.input_closed = true;
    return;
  }
  if (frame.type == FrameType::ack) {
    if (!known.input.acknowledge(frame.offset, number_in(frame))) broken("a bad ACK");
    return;
  }
  if (frame.stream == 0) broken("bytes of stdin");
  auto& stream = known.output[frame.stream - 1u];
  if (frame.type == FrameType::eof) {
    if (!stream.accept_eof(frame.offset)) broken("EOF where it is not");
    return;
  }
  auto bytes = frame.payload;
  if (!stream.accept(frame.offset, bytes)) broken("bytes beyond its credit");
  known.text[frame.stream - 1u].append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (known.reads) stream.consumed(bytes.size());
}

}  // namespace support
