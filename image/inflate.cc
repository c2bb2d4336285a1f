#include "image/inflate.h"

#include <fmt/core.h>
#include <isa-l/igzip_lib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "image/decoder.h"

namespace image {
namespace {

class PlainDecoder : public Decoder {
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

class GzipDecoder : public Decoder {
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
    if (result == ISAL_INCORRECT_CHECKSUM) decoding_failed("gzip: wrong checksum");
    if (result < 0) decoding_failed(fmt::format("gzip: damaged (igzip {})", result));
    input.take(held.size() - state_.avail_in);
    const std::size_t count = room - state_.avail_out;
    if (held.empty() && count == 0 && state_.block_state != ISAL_BLOCK_FINISH)
      decoding_failed("gzip: ends too early");
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
    if (held.empty()) decoding_failed("gzip: ends too early");
    const int result = isal_read_gzip_header(&state_, &header_);
    if (result != ISAL_DECOMP_OK && result != ISAL_END_INPUT)
      decoding_failed(fmt::format("gzip: damaged header (igzip {})", result));
    input.take(held.size() - state_.avail_in);
    in_header_ = result == ISAL_END_INPUT;
  }

  // False at the end of the stream.
  bool begin_next_member() {
    const auto held = input.peek(2);
    if (held.size() >= 2 && held[0] == std::byte{0x1f} && held[1] == std::byte{0x8b}) {
      begin_member();
      return true;
    }
    take_padding("gzip");
    return false;
  }

  inflate_state state_{};
  isal_gzip_header header_{};
  bool in_header_ = true;
};

class ZstdDecoder : public Decoder {
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
    if (held.empty() && out.pos == 0 && !at_frame_end_) decoding_failed("zstd: ends too early");
    return out.pos;
  }

 private:
  struct Free {
    void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
  };

  static void check(std::size_t result) {
    if (ZSTD_isError(result) != 0)
      decoding_failed(fmt::format("zstd: {}", ZSTD_getErrorName(result)));
  }

  std::unique_ptr<ZSTD_DStream, Free> stream_{ZSTD_createDStream()};
  bool at_frame_end_ = true;
};

constexpr std::size_t shortest_magic = 4;

struct Magic {
  std::string_view bytes;
  Compression compression;
};
constexpr std::array<Magic, 3> magics{{
    {{"\x1f\x8b\x08", 3}, Compression::gzip},
    {{"\x28\xb5\x2f\xfd", 4}, Compression::zstd},
    {{"\xfd"
      "7zXZ\0",
      6},
     Compression::xz},
}};

// Of zstd, which may begin with one.
bool is_skippable_frame(std::string_view text) {
  return (text[0] & 0xf0) == 0x50 && text.substr(1, 3) == "\x2a\x4d\x18";
}

// A file in a tar may be called "BZh9" too: the first block's magic follows, or the last one's.
bool is_bzip2(std::string_view text) {
  const std::string_view block = text.substr(shortest_magic);
  return text.starts_with("BZh") && text[3] >= '1' && text[3] <= '9' &&
         (block.starts_with("1AY&SY") || block.starts_with("\x17\x72\x45\x38\x50\x90"));
}

std::unique_ptr<Decoder> make_decoder(Compression compression, StreamBuffer input,
                                      const InflateLimits& limits) {
  switch (compression) {
    case Compression::gzip:
      return std::make_unique<GzipDecoder>(std::move(input));
    case Compression::zstd:
      return std::make_unique<ZstdDecoder>(std::move(input), limits.zstd_window_log);
    case Compression::xz:
      return make_xz_decoder(std::move(input), limits.xz_memory);
    case Compression::bzip2:
      return make_bzip2_decoder(std::move(input));
    case Compression::none:
      break;
  }
  return std::make_unique<PlainDecoder>(std::move(input));
}

}  // namespace

void decoding_failed(const std::string& what) {
  throw base::Error(base::ErrorKind::corrupt, "decompressing: " + what);
}

void Decoder::take_padding(std::string_view format) {
  for (auto held = input.peek(1); !held.empty(); held = input.peek(1)) {
    if (std::any_of(held.begin(), held.end(), [](std::byte b) { return b != std::byte{0}; }))
      decoding_failed(fmt::format("{}: something else follows its end", format));
    input.take(held.size());
  }
}

Compression detect_compression(std::span<const std::byte> start) {
  if (start.size() < shortest_magic) return Compression::none;
  const std::string_view text(reinterpret_cast<const char*>(start.data()), start.size());
  for (const Magic& magic : magics)
    if (text.starts_with(magic.bytes)) return magic.compression;
  if (is_skippable_frame(text)) return Compression::zstd;
  return is_bzip2(text) ? Compression::bzip2 : Compression::none;
}

Inflate::Inflate(ByteSource& compressed, const InflateLimits& limits) : limits_(limits) {
  StreamBuffer input(compressed);
  compression_ = detect_compression(input.peek(longest_magic));
  decoder_ = make_decoder(compression_, std::move(input), limits);
}

Inflate::~Inflate() = default;

std::uint64_t Inflate::bytes_in() const { return decoder_->input.total(); }

void Inflate::check_limits() const {
  if (limits_.bytes != 0 && bytes_out_ > limits_.bytes)
    decoding_failed(fmt::format("more than {} bytes come out", limits_.bytes));
  if (limits_.ratio != 0 && bytes_out_ > limits_.ratio_after &&
      bytes_out_ / limits_.ratio > bytes_in())
    decoding_failed(
        fmt::format("more than {} bytes come out for each that goes in", limits_.ratio));
}

std::size_t Inflate::read(std::span<std::byte> buffer) {
  std::size_t count = 0;
  while (count == 0 && !decoder_->ended && !buffer.empty()) count = decoder_->read(buffer);
  bytes_out_ += count;
  check_limits();
  return count;
}

}  // namespace image
