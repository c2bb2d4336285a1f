#include "engine/client_streams.h"

#include <fmt/core.h>

#include <utility>

#include "base/text.h"

namespace engine {
namespace {

using protocol::Frame;
using protocol::FrameType;

// Bytes on their way to us that nobody has read: what keeps both sides busy over a slow link.
constexpr std::size_t window = 1u << 20;

constexpr std::uint8_t bit(unsigned stream) { return static_cast<std::uint8_t>(1u << stream); }

}  // namespace

ClientStreams::ClientStreams(bool input, Joining joining, std::string spec)
    : input_(window),
      outputs_{Output(window), Output(window)},
      input_open_(input),
      joining_(joining),
      spec_(std::move(spec)) {
  if (!input) input_.end();
}

bool ClientStreams::fail(std::string why) {
  why_ = std::move(why);
  return false;
}

std::string ClientStreams::greet() {
  std::string out;
  const std::string hello = encode(protocol::Hello{});
  protocol::append_frame(out, {.type = FrameType::hello, .payload = protocol::bytes_of(hello)});
  attached_ = false;
  for (Output& output : outputs_) output.incoming.forget_ack();
  if (!spec_.empty() && !greeted_)
    ask_for_process(out);
  else
    ask_to_attach(out);
  return out;
}

void ClientStreams::ask_for_process(std::string& out) const {
  const std::string_view spec = spec_;
  for (std::size_t at = 0; at < spec.size(); at += protocol::max_payload)
    protocol::append_frame(out,
                           {.type = FrameType::process_spec,
                            .offset = at,
                            .payload = protocol::bytes_of(spec.substr(at, protocol::max_payload))});
  protocol::append_frame(out,
                         {.type = FrameType::process_start, .offset = spec.size(), .payload = {}});
}

void ClientStreams::ask_to_attach(std::string& out) const {
  std::uint8_t streams = bit(protocol::standard_output) | bit(protocol::standard_error);
  if (input_open_) streams |= bit(protocol::standard_input);
  protocol::Attach attach{.process = process_,
                          .streams = streams,
                          .resume = greeted_,
                          .owner = joining_ == Joining::at_start,
                          .position = {}};
  attach.position = {input_base_ + input_.acknowledged(), outputs_[0].incoming.consumed(),
                     outputs_[1].incoming.consumed()};
  const std::string payload = encode(attach);
  protocol::append_frame(out, {.type = FrameType::attach, .payload = protocol::bytes_of(payload)});
}

bool ClientStreams::handle(const Frame& frame, std::string& out) {
  switch (frame.type) {
    case FrameType::hello:
      return true;
    case FrameType::attached:
      return take_attached(frame, out);
    case FrameType::data:
    case FrameType::eof:
      return take_data(frame, out);
    case FrameType::ack:
      return take_ack(frame, out);
    case FrameType::close:
      if (frame.stream != protocol::standard_input) return fail("CLOSE of an output stream");
      input_.discard();
      input_open_ = false;
      return true;
    case FrameType::exit:
      return take_exit(frame, out);
    case FrameType::started:
      started_ = true;
      return true;
    case FrameType::failed:
      failure_.emplace();
      return decode(frame.payload, *failure_) || fail("bad FAILED");
    case FrameType::error:
      relay_error_ = base::printable(
          {reinterpret_cast<const char*>(frame.payload.data()), frame.payload.size()}, 1024);
      return true;
    default:
      return fail(fmt::format("unexpected {}", protocol::name_of(frame.type)));
  }
}

bool ClientStreams::take_attached(const Frame& frame, std::string& out) {
  protocol::State state;
  if (!decode(frame.payload, state) || state.processes.size() != 1) return fail("bad ATTACHED");
  const protocol::ProcessEntry& entry = state.processes[0];
  if (!std::exchange(greeted_, true) && !begin_at(entry))
    return fail("output was lost before we were attached");
  if (entry.position[protocol::standard_input] < input_base_ ||
      !input_.rewind(entry.position[protocol::standard_input] - input_base_))
    return fail("ATTACHED with a position of standard input that was never sent");
  attached_ = true;
  for (std::uint8_t stream : {protocol::standard_output, protocol::standard_error}) {
    if (output(stream).closed)
      protocol::append_frame(out, {.type = FrameType::close, .stream = stream, .payload = {}});
    send_ack(stream, out);
  }
  return true;
}

// Somebody else may have read and written before us.
bool ClientStreams::begin_at(const protocol::ProcessEntry& entry) {
  process_ = entry.process;
  input_base_ = entry.position[protocol::standard_input];
  for (std::uint8_t stream : {protocol::standard_output, protocol::standard_error}) {
    output(stream).partial = entry.position[stream] != 0;
    if (output(stream).partial && joining_ == Joining::at_start) return false;
    output(stream).incoming.start_at(entry.position[stream]);
  }
  return true;
}

bool ClientStreams::take_data(const Frame& frame, std::string& out) {
  if (frame.stream == protocol::standard_input) return fail("output on standard input");
  Output& target = output(frame.stream);
  if (frame.type == FrameType::eof) {
    if (!target.closed && !target.incoming.accept_eof(frame.offset))
      return fail(fmt::format("stream {} ends where it cannot", frame.stream));
    send_ack(frame.stream, out);
    return true;
  }
  std::span<const std::byte> bytes = frame.payload;
  if (!target.incoming.accept(frame.offset, bytes))
    return fail(fmt::format("a gap in stream {}", frame.stream));
  if (target.closed) {
    target.incoming.consumed(bytes.size());
    send_ack(frame.stream, out);
    return true;
  }
  if (target.head == target.bytes.size()) {
    target.bytes.clear();
    target.head = 0;
    if (deliver_) bytes = deliver_at_once(frame.stream, bytes, out);
  }
  target.bytes.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return true;
}

// What is left of it.
std::span<const std::byte> ClientStreams::deliver_at_once(std::uint8_t stream,
                                                          std::span<const std::byte> bytes,
                                                          std::string& out) {
  const std::size_t size = deliver_(stream, bytes);
  output(stream).incoming.consumed(size);
  send_ack(stream, out);
  return bytes.subspan(size);
}

bool ClientStreams::take_ack(const Frame& frame, std::string& out) {
  protocol::Reader reader(frame.payload);
  const std::uint64_t limit = reader.u64();
  if (frame.stream != protocol::standard_input || !reader.finished()) return fail("bad ACK");
  // What others had sent before us may be acknowledged only now.
  if (frame.offset < input_base_ || limit < input_base_) return true;
  if (!input_.acknowledge(frame.offset - input_base_, limit - input_base_))
    return fail("ACK of what was never sent");
  send_input(out);
  return true;
}

bool ClientStreams::take_exit(const Frame& frame, std::string& out) {
  protocol::ExitRecord record;
  if (!decode(frame.payload, record)) return fail("bad EXIT");
  for (std::uint8_t stream : {protocol::standard_output, protocol::standard_error}) {
    const Output& got = output(stream);
    const protocol::StreamSum sum{got.incoming.received(), got.incoming.crc()};
    if (!got.closed && !got.partial && sum != record.streams[stream])
      return fail(fmt::format(
          "stream {} came as {} bytes (CRC32C {:08x}), the guest sent {} ({:08x})", stream,
          sum.bytes, sum.crc, record.streams[stream].bytes, record.streams[stream].crc));
  }
  exit_ = record;
  protocol::append_frame(out, {.type = FrameType::exit_ack, .payload = {}});
  return true;
}

std::size_t ClientStreams::input_room() const {
  return attached_ && input_open_ && !input_.ended() ? input_.room() : 0;
}

void ClientStreams::put_input(std::span<const std::byte> bytes, std::string& out) {
  input_.put(bytes);
  send_input(out);
}

void ClientStreams::input_added(std::size_t size, std::string& out) {
  input_.added(size);
  send_input(out);
}

void ClientStreams::end_input(std::string& out) {
  input_.end();
  send_input(out);
}

void ClientStreams::send_input(std::string& out) {
  if (!attached_ || !input_open_) return;
  std::uint64_t position = 0;
  for (auto bytes = input_.next(position); !bytes.empty(); bytes = input_.next(position)) {
    protocol::append_frame(
        out, {.type = FrameType::data, .offset = input_base_ + position, .payload = bytes});
    input_.sent(bytes.size());
  }
  if (input_.eof_due()) {
    protocol::append_frame(
        out, {.type = FrameType::eof, .offset = input_base_ + input_.total(), .payload = {}});
    input_.eof_sent();
  }
}

std::span<const std::byte> ClientStreams::pending(std::uint8_t stream) const {
  const Output& source = output(stream);
  return protocol::bytes_of(std::string_view(source.bytes).substr(source.head));
}

void ClientStreams::written(std::uint8_t stream, std::size_t size, std::string& out) {
  Output& target = output(stream);
  target.head += size;
  target.incoming.consumed(size);
  send_ack(stream, out);
}

void ClientStreams::close_output(std::uint8_t stream, std::string& out) {
  Output& target = output(stream);
  target.incoming.consumed(target.bytes.size() - target.head);
  target.bytes.clear();
  target.head = 0;
  target.closed = true;
  protocol::append_frame(out, {.type = FrameType::close, .stream = stream, .payload = {}});
  send_ack(stream, out);
}

void ClientStreams::send_ack(std::uint8_t stream, std::string& out) {
  std::uint64_t position = 0;
  std::uint64_t limit = 0;
  if (!attached_ || !output(stream).incoming.take_ack(position, limit)) return;
  std::string payload;
  protocol::append_u64(payload, limit);
  protocol::append_frame(out, {.type = FrameType::ack,
                               .stream = stream,
                               .offset = position,
                               .payload = protocol::bytes_of(payload)});
}

void ClientStreams::send_signal(int signal, std::string& out) {
  std::string payload;
  protocol::append_u32(payload, static_cast<std::uint32_t>(signal));
  protocol::append_frame(out, {.type = FrameType::signal, .payload = protocol::bytes_of(payload)});
}

void ClientStreams::send_extent(const TerminalExtent& extent, std::string& out) {
  const std::string payload =
      encode(protocol::WindowSize{.rows = extent.rows, .columns = extent.columns});
  protocol::append_frame(out, {.type = FrameType::resize, .payload = protocol::bytes_of(payload)});
}

}  // namespace engine
