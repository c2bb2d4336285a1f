// Frames of docs/guest-protocol.md: the header, its checks, and cutting a byte stream into frames.
// No exceptions, no allocation but the caller's buffers: used by PID 1 of the guest too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace protocol {

constexpr std::uint32_t magic = 0x314e5856;  // "VXN1"
constexpr std::uint16_t lowest_version = 1;
constexpr std::uint16_t highest_version = 1;
constexpr std::size_t header_size = 24;
constexpr std::size_t max_payload = 65536;
constexpr std::size_t max_frame = header_size + max_payload;
constexpr std::size_t max_process_spec = 4u << 20;

enum class FrameType : std::uint8_t {
  hello = 1,
  resume = 2,
  state = 3,
  container = 4,
  container_ready = 5,
  process_spec = 6,
  process_start = 7,
  started = 8,
  failed = 9,
  data = 16,
  eof = 17,
  ack = 18,
  close = 19,
  signal = 20,
  resize = 21,
  freeze = 22,
  query = 23,
  exit = 32,
  exit_ack = 33,
  shutdown = 34,
  shutdown_done = 35,
  log = 36,
  frozen = 37,
  info = 38,
  attach = 48,
  attached = 49,
  error = 50,
};

enum Stream : std::uint8_t { standard_input = 0, standard_output = 1, standard_error = 2 };
constexpr std::size_t stream_count = 3;

struct Frame {
  FrameType type = FrameType::hello;
  std::uint8_t stream = 0;
  std::uint32_t process = 0;
  std::uint64_t offset = 0;
  std::span<const std::byte> payload;  // in the buffer that the frame was read from
};

// Appends the frame. The payload must not be larger than max_payload (asserted).
void append_frame(std::string& out, const Frame& frame);
// Only the header, into 24 bytes at `out`, for a payload of `length` bytes that follows elsewhere.
void write_header(const Frame& frame, std::uint32_t length, std::byte* out);

// The name for messages: "DATA"; "type 77" is not known: nullptr.
const char* name_of(FrameType type);

enum class ParseResult { frame, incomplete, broken };
// Looks at the front of `bytes`. `frame`: one is there, `used` bytes long. `broken`: the header is
// against the rules and `why` (a constant text) tells which; nothing after it can be trusted.
ParseResult parse_frame(std::span<const std::byte> bytes, Frame& frame, std::size_t& used,
                        const char*& why);

// Little-endian numbers.
void append_u16(std::string& out, std::uint16_t value);
void append_u32(std::string& out, std::uint32_t value);
void append_u64(std::string& out, std::uint64_t value);

// Reads numbers and bytes in order; once something is missing every later read gives zero and
// ok() is false: check once at the end.
class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : rest_(bytes) {}
  std::uint8_t u8();
  std::uint16_t u16();
  std::uint32_t u32();
  std::uint64_t u64();
  std::span<const std::byte> take(std::size_t size);
  std::string_view text(std::size_t size);
  std::size_t left() const { return rest_.size(); }
  bool ok() const { return ok_; }
  bool finished() const { return ok_ && rest_.empty(); }

 private:
  std::span<const std::byte> rest_;
  bool ok_ = true;
};

std::span<const std::byte> bytes_of(std::string_view text);

}  // namespace protocol
