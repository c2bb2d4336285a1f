// What a process has to say to the host, one frame at a time.
#include "guest-init/process.h"

namespace guest_init {

using protocol::FrameType;
using protocol::standard_error;
using protocol::standard_input;
using protocol::standard_output;

bool Process::queue(Connection& connection, FrameType type, std::string_view payload,
                    std::uint8_t stream, std::uint64_t offset) const {
  connection.queue({.type = type,
                    .stream = stream,
                    .process = number_,
                    .offset = offset,
                    .payload = protocol::bytes_of(payload)});
  return true;
}

bool Process::emit(Connection& connection) {
  if (phase_ == Phase::starting) return false;
  if (emit_word(connection)) return true;
  if (phase_ == Phase::failed) return false;
  if (emit_input(connection)) return true;
  turn_ = turn_ == standard_output ? standard_error : standard_output;
  const std::uint8_t other = turn_ == standard_output ? standard_error : standard_output;
  if (emit_output(turn_, connection) || emit_output(other, connection)) return true;
  if (phase_ != Phase::exited || exit_said_ || !is_drained()) return false;
  exit_said_ = exit_told_ = true;
  return queue(connection, FrameType::exit, encode(exit_record()));
}

protocol::ExitRecord Process::exit_record() const {
  protocol::ExitRecord record = record_;
  record.streams[standard_input] = input_.reached();
  for (const std::uint8_t stream : {standard_output, standard_error}) {
    const protocol::OutgoingStream& out = output(stream).stream();
    record.streams[stream] = {.bytes = out.total(), .crc = out.crc()};
  }
  return record;
}

bool Process::emit_word(Connection& connection) {
  if (said_) return false;
  said_ = true;
  if (phase_ == Phase::failed) return queue(connection, FrameType::failed, encode(failure_));
  std::string payload;
  protocol::append_u32(payload, static_cast<std::uint32_t>(pid_));
  return queue(connection, FrameType::started, payload);
}

bool Process::emit_input(Connection& connection) {
  if (!standard_input_) return false;
  if (input_.close_due()) {
    input_.close_was_said();
    return queue(connection, FrameType::close, {}, standard_input);
  }
  std::uint64_t position = 0;
  std::uint64_t limit = 0;
  if (!input_.stream().take_ack(position, limit)) return false;
  std::string payload;
  protocol::append_u64(payload, limit);
  return queue(connection, FrameType::ack, payload, standard_input, position);
}

bool Process::emit_output(std::uint8_t stream, Connection& connection) {
  protocol::OutgoingStream& out = output(stream).stream();
  std::uint64_t position = 0;
  const auto bytes = out.next(position);
  if (!bytes.empty()) {
    connection.queue({.type = FrameType::data,
                      .stream = stream,
                      .process = number_,
                      .offset = position,
                      .payload = bytes});
    out.sent(bytes.size());
    return true;
  }
  if (!out.eof_due()) return false;
  out.eof_sent();
  return queue(connection, FrameType::eof, {}, stream, out.total());
}

bool Process::is_drained() const {
  return output(standard_output).stream().drained() && output(standard_error).stream().drained();
}

}  // namespace guest_init
