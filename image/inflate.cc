#include "image/inflate.h"

#include <fmt/core.h>
#include <isa-l/igzip_lib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "base/error.h"
#include "image/stream_buffer.h"

namespace image {

namespace {

constexpr std::size_t magic_size = 4;

[[noreturn]] void corrupt(std::string_view what) {
  throw base::Error(base::ErrorKind::corrupt, fmt::format("decompressing: {}", what));
}

}  // namespace

class Inflate::Decoder {
 public:
  explicit Decoder(StreamBuffer source) : input(std::move(source)) {}
  virtual ~Decoder() = default;
  // As ByteSource::read(), but what decompresses to nothing may return 0 with `ended` false.
  virtual std::size_t read(std::span<std::byte> buffer) = 0;

  StreamBuffer input;
  bool ended = false;
};

namespace {

class PlainDecoder : public Inflate::Decoder {
 public:
  using Decoder::Decoder;
  std::size_t read(std::span<std::byte> buffer) override {
    const auto held = input.peek(1);
    const std::size_t count = std::min(held.size(), buffer.size());
    if (count > 0) std::memcpy(buffer.data(), held.data(), count);
    input.take(count);
    ended = count == 0;
    return count;
  }
};

class GzipDecoder : public Inflate::Decoder {
 public:
  explicit GzipDecoder(StreamBuffer source) : Decoder(std::move(source)) { begin_member(); }

  std::size_t read(std::span<std::byte> buffer) override {
    if (state_.block_state == ISAL_BLOCK_FINISH && !begin_next_member()) {
      ended = true;
      return 0;
    }
    if (in_header_) {
      read_header();
      return 0;
    }
    const auto held = give_input();
    state_.next_out = reinterpret_cast<std::uint8_t*>(buffer.data());
    const std::size_t room = std::min<std::size_t>(buffer.size(), 1u << 30);
    state_.avail_out = static_cast<std::uint32_t>(room);
    const int result = isal_inflate(&state_);
    if (result == ISAL_INCORRECT_CHECKSUM) corrupt("gzip: wrong checksum");
    if (result < 0) corrupt(fmt::format("gzip: damaged (igzip {})", result));
    input.take(held.size() - state_.avail_in);
    const std::size_t count = room - state_.avail_out;
    if (held.empty() && count == 0 && state_.block_state != ISAL_BLOCK_FINISH)
      corrupt("gzip: ends too early");
    return count;
  }

 private:
  // isal_inflate() would read the header, too, but forgets its flags where it does not have all of
  // it at once; here they are kept from call to call.
  void begin_member() {
    isal_inflate_init(&state_);
    state_.crc_flag = ISAL_GZIP_NO_HDR_VER;
    isal_gzip_header_init(&header_);
    in_header_ = true;
  }

  std::span<const std::byte> give_input() {
    const auto held = input.peek(1);
    state_.next_in = reinterpret_cast<std::uint8_t*>(const_cast<std::byte*>(held.data()));
    state_.avail_in = static_cast<std::uint32_t>(held.size());
    return held;
  }

  void read_header() {
    const auto held = give_input();
    if (held.empty()) corrupt("gzip: ends too early");
    const int result = isal_read_gzip_header(&state_, &header_);
    if (result != ISAL_DECOMP_OK && result != ISAL_END_INPUT)
      corrupt(fmt::format("gzip: damaged header (igzip {})", result));
    input.take(held.size() - state_.avail_in);
    in_header_ = result == ISAL_END_INPUT;
  }

  // False at the end of the stream; zeros behind the last member are padding of a tape's blocks.
  bool begin_next_member() {
    auto held = input.peek(2);
    if (held.size() >= 2 && held[0] == std::byte{0x1f} && held[1] == std::byte{0x8b}) {
      begin_member();
      return true;
    }
    for (; !held.empty(); held = input.peek(1)) {
      if (std::any_of(held.begin(), held.end(), [](std::byte b) { return b != std::byte{0}; }))
        corrupt("gzip: something else follows its end");
      input.take(held.size());
    }
    return false;
  }

  inflate_state state_{};
  isal_gzip_header header_{};
  bool in_header_ = true;
};

class ZstdDecoder : public Inflate::Decoder {
 public:
  ZstdDecoder(StreamBuffer source, int window_log) : Decoder(std::move(source)) {
    if (!stream_) throw base::Error(base::ErrorKind::unavailable, "out of memory");
    if (window_log > 0)
      check(ZSTD_DCtx_setParameter(stream_.get(), ZSTD_d_windowLogMax, window_log));
  }

  std::size_t read(std::span<std::byte> buffer) override {
    const auto held = input.peek(1);
    if (held.empty() && at_frame_end_) {
      ended = true;
      return 0;
    }
    ZSTD_inBuffer in{held.data(), held.size(), 0};
    ZSTD_outBuffer out{buffer.data(), buffer.size(), 0};
    const std::size_t result = ZSTD_decompressStream(stream_.get(), &out, &in);
    check(result);
    input.take(in.pos);
    at_frame_end_ = result == 0;
    if (held.empty() && out.pos == 0 && !at_frame_end_) corrupt("zstd: ends too early");
    return out.pos;
  }

 private:
  struct Free {
    void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
  };

  static void check(std::size_t result) {
    if (ZSTD_isError(result) != 0) corrupt(fmt::format("zstd: {}", ZSTD_getErrorName(result)));
  }

  std::unique_ptr<ZSTD_DStream, Free> stream_{ZSTD_createDStream()};
  bool at_frame_end_ = true;
};

}  // namespace

Compression detect_compression(std::span<const std::byte> start) {
  if (start.size() < magic_size) return Compression::none;
  std::array<std::uint8_t, magic_size> magic{};
  std::memcpy(magic.data(), start.data(), magic.size());
  if (magic[0] == 0x1f && magic[1] == 0x8b && magic[2] == 8) return Compression::gzip;
  const bool frame = magic == std::array<std::uint8_t, magic_size>{0x28, 0xb5, 0x2f, 0xfd};
  const bool skippable =
      (magic[0] & 0xf0) == 0x50 && magic[1] == 0x2a && magic[2] == 0x4d && magic[3] == 0x18;
  return frame || skippable ? Compression::zstd : Compression::none;
}

Inflate::Inflate(ByteSource& compressed, const InflateLimits& limits) : limits_(limits) {
  StreamBuffer input(compressed);
  compression_ = detect_compression(input.peek(magic_size));
  if (compression_ == Compression::gzip)
    decoder_ = std::make_unique<GzipDecoder>(std::move(input));
  else if (compression_ == Compression::zstd)
    decoder_ = std::make_unique<ZstdDecoder>(std::move(input), limits.zstd_window_log);
  else
    decoder_ = std::make_unique<PlainDecoder>(std::move(input));
}

Inflate::~Inflate() = default;

std::uint64_t Inflate::bytes_in() const { return decoder_->input.total(); }

void Inflate::check_limits() const {
  if (limits_.bytes != 0 && bytes_out_ > limits_.bytes)
    corrupt(fmt::format("more than {} bytes come out", limits_.bytes));
  if (limits_.ratio != 0 && bytes_out_ > limits_.ratio_after &&
      bytes_out_ / limits_.ratio > bytes_in())
    corrupt(fmt::format("more than {} bytes come out for each that goes in", limits_.ratio));
}

std::size_t Inflate::read(std::span<std::byte> buffer) {
  std::size_t count = 0;
  while (count == 0 && !decoder_->ended && !buffer.empty()) count = decoder_->read(buffer);
  bytes_out_ += count;
  check_limits();
  return count;
}

}  // namespace image
