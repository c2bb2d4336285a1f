#include "guest-init/protocol/frame.h"

#include <cassert>

namespace protocol {
namespace {

struct TypeName {
  FrameType type;
  const char* name;
};

constexpr TypeName type_names[] = {
    {FrameType::hello, "HELLO"},
    {FrameType::resume, "RESUME"},
    {FrameType::state, "STATE"},
    {FrameType::container, "CONTAINER"},
    {FrameType::container_ready, "CONTAINER_READY"},
    {FrameType::process_spec, "PROCESS_SPEC"},
    {FrameType::process_start, "PROCESS_START"},
    {FrameType::started, "STARTED"},
    {FrameType::failed, "FAILED"},
    {FrameType::data, "DATA"},
    {FrameType::eof, "EOF"},
    {FrameType::ack, "ACK"},
    {FrameType::close, "CLOSE"},
    {FrameType::signal, "SIGNAL"},
    {FrameType::resize, "RESIZE"},
    {FrameType::freeze, "FREEZE"},
    {FrameType::query, "QUERY"},
    {FrameType::exit, "EXIT"},
    {FrameType::exit_ack, "EXIT_ACK"},
    {FrameType::shutdown, "SHUTDOWN"},
    {FrameType::shutdown_done, "SHUTDOWN_DONE"},
    {FrameType::log, "LOG"},
    {FrameType::frozen, "FROZEN"},
    {FrameType::info, "INFO"},
    {FrameType::attach, "ATTACH"},
    {FrameType::attached, "ATTACHED"},
    {FrameType::error, "ERROR"},
};

template <typename Number>
void append_number(std::string& out, Number value) {
  for (std::size_t i = 0; i < sizeof value; ++i) {
    out.push_back(static_cast<char>(static_cast<std::uint8_t>(value >> (8 * i))));
  }
}

template <typename Number>
void store_number(std::byte* out, Number value) {
  for (std::size_t i = 0; i < sizeof value; ++i) {
    out[i] = static_cast<std::byte>(static_cast<std::uint8_t>(value >> (8 * i)));
  }
}

template <typename Number>
Number load_number(std::span<const std::byte> bytes) {
  Number value = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    value = static_cast<Number>(value | static_cast<Number>(bytes[i]) << (8 * i));
  }
  return value;
}

// What is wrong with a header; nullptr where nothing is.
const char* fault_of(const Frame& frame, std::uint32_t length, std::uint16_t flags,
                     std::uint32_t reserved) {
  if (length > max_payload) return "a frame of more than 65536 bytes";
  if (name_of(frame.type) == nullptr) return "a frame of unknown type";
  if (frame.stream >= stream_count) return "a frame for a stream above 2";
  if (flags != 0) return "a frame with unknown flags";
  if (reserved != 0) return "a frame with a reserved field in use";
  return nullptr;
}

}  // namespace

void write_header(const Frame& frame, std::uint32_t length, std::byte* out) {
  assert(length <= max_payload);
  store_number(out, length);
  out[4] = static_cast<std::byte>(frame.type);
  out[5] = static_cast<std::byte>(frame.stream);
  store_number(out + 6, std::uint16_t{0});
  store_number(out + 8, frame.process);
  store_number(out + 12, std::uint32_t{0});
  store_number(out + 16, frame.offset);
}

void append_frame(std::string& out, const Frame& frame) {
  std::byte header[header_size];
  write_header(frame, static_cast<std::uint32_t>(frame.payload.size()), header);
  out.append(reinterpret_cast<const char*>(header), sizeof header);
  out.append(reinterpret_cast<const char*>(frame.payload.data()), frame.payload.size());
}

const char* name_of(FrameType type) {
  for (const TypeName& entry : type_names) {
    if (entry.type == type) return entry.name;
  }
  return nullptr;
}

ParseResult parse_frame(std::span<const std::byte> bytes, Frame& frame, std::size_t& used,
                        const char*& why) {
  if (bytes.size() < header_size) return ParseResult::incomplete;
  Reader header(bytes.first(header_size));
  const std::uint32_t length = header.u32();
  frame.type = static_cast<FrameType>(header.u8());
  frame.stream = header.u8();
  const std::uint16_t flags = header.u16();
  frame.process = header.u32();
  const std::uint32_t reserved = header.u32();
  frame.offset = header.u64();
  why = fault_of(frame, length, flags, reserved);
  if (why != nullptr) return ParseResult::broken;
  if (bytes.size() - header_size < length) return ParseResult::incomplete;
  frame.payload = bytes.subspan(header_size, length);
  used = header_size + length;
  return ParseResult::frame;
}

void append_u16(std::string& out, std::uint16_t value) { append_number(out, value); }
void append_u32(std::string& out, std::uint32_t value) { append_number(out, value); }
void append_u64(std::string& out, std::uint64_t value) { append_number(out, value); }

std::uint8_t Reader::u8() { return load_number<std::uint8_t>(take(1)); }
std::uint16_t Reader::u16() { return load_number<std::uint16_t>(take(2)); }
std::uint32_t Reader::u32() { return load_number<std::uint32_t>(take(4)); }
std::uint64_t Reader::u64() { return load_number<std::uint64_t>(take(8)); }

std::span<const std::byte> Reader::take(std::size_t size) {
  if (!ok_ || size > rest_.size()) {
    ok_ = false;
    return {};
  }
  const auto taken = rest_.first(size);
  rest_ = rest_.subspan(size);
  return taken;
}

std::string_view Reader::text(std::size_t size) {
  const auto taken = take(size);
  return {reinterpret_cast<const char*>(taken.data()), taken.size()};
}

std::span<const std::byte> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

}  // namespace protocol
