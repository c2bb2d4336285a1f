// The formats of files that are compressed for keeping: xz and bzip2.
#include <bzlib.h>
#include <fmt/core.h>
#include <lzma.h>

#include <algorithm>
#include <array>
#include <limits>

#include "base/error.h"
#include "image/decoder.h"

namespace image {
namespace {

class XzDecoder : public Decoder {
 public:
  XzDecoder(StreamBuffer source, std::uint64_t memory) : Decoder(std::move(source)) {
    check(lzma_stream_decoder(&stream_, memory, LZMA_CONCATENATED));
  }
  XzDecoder(const XzDecoder&) = delete;
  XzDecoder& operator=(const XzDecoder&) = delete;
  ~XzDecoder() override { lzma_end(&stream_); }

  std::size_t read(std::span<std::byte> buffer) override {
    const auto held = input.peek(1);
    stream_.next_in = reinterpret_cast<const std::uint8_t*>(held.data());
    stream_.avail_in = held.size();
    stream_.next_out = reinterpret_cast<std::uint8_t*>(buffer.data());
    stream_.avail_out = buffer.size();
    const lzma_ret result = lzma_code(&stream_, held.empty() ? LZMA_FINISH : LZMA_RUN);
    input.take(held.size() - stream_.avail_in);
    ended = result == LZMA_STREAM_END;
    if (!ended) check(result);
    return buffer.size() - stream_.avail_out;
  }

 private:
  struct Reason {
    lzma_ret result;
    const char* text;
  };
  static constexpr std::array<Reason, 5> reasons{{
      {LZMA_DATA_ERROR, "damaged"},
      {LZMA_FORMAT_ERROR, "something else follows its end"},
      {LZMA_OPTIONS_ERROR, "an unknown filter or version"},
      {LZMA_BUF_ERROR, "ends too early"},
      {LZMA_MEMLIMIT_ERROR, "its dictionary takes too much memory"},
  }};

  static void check(lzma_ret result) {
    if (result == LZMA_OK) return;
    if (result == LZMA_MEM_ERROR) throw base::Error(base::ErrorKind::unavailable, "out of memory");
    const auto* found =
        std::find_if(reasons.begin(), reasons.end(), [&](auto& r) { return r.result == result; });
    decoding_failed(found != reasons.end()
                        ? fmt::format("xz: {}", found->text)
                        : fmt::format("xz: damaged (liblzma {})", static_cast<int>(result)));
  }

  lzma_stream stream_ = LZMA_STREAM_INIT;
};

// libbzip2 decompresses one stream; a file may be several.
class Bzip2Decoder : public Decoder {
 public:
  explicit Bzip2Decoder(StreamBuffer source) : Decoder(std::move(source)) { begin(); }
  Bzip2Decoder(const Bzip2Decoder&) = delete;
  Bzip2Decoder& operator=(const Bzip2Decoder&) = delete;
  ~Bzip2Decoder() override { BZ2_bzDecompressEnd(&stream_); }

  std::size_t read(std::span<std::byte> buffer) override {
    if (at_end_ && !begin_next()) {
      ended = true;
      return 0;
    }
    const auto held = input.peek(1);
    const unsigned given = bounded(held.size());
    const unsigned room = bounded(buffer.size());
    stream_.next_in = reinterpret_cast<char*>(const_cast<std::byte*>(held.data()));
    stream_.avail_in = given;
    stream_.next_out = reinterpret_cast<char*>(buffer.data());
    stream_.avail_out = room;
    const int result = BZ2_bzDecompress(&stream_);
    input.take(given - stream_.avail_in);
    at_end_ = result == BZ_STREAM_END;
    if (!at_end_) check(result);
    const std::size_t count = room - stream_.avail_out;
    if (held.empty() && count == 0 && !at_end_) decoding_failed("bzip2: ends too early");
    return count;
  }

 private:
  static unsigned bounded(std::size_t size) {
    return static_cast<unsigned>(
        std::min<std::size_t>(size, std::numeric_limits<unsigned>::max() / 2));
  }

  static void check(int result) {
    if (result == BZ_MEM_ERROR) throw base::Error(base::ErrorKind::unavailable, "out of memory");
    if (result != BZ_OK) decoding_failed(fmt::format("bzip2: damaged (libbz2 {})", result));
  }

  void begin() {
    stream_ = {};
    check(BZ2_bzDecompressInit(&stream_, 0, 0));
    at_end_ = false;
  }

  bool begin_next() {
    const auto held = input.peek(3);
    if (held.size() < 3 || held[0] != std::byte{'B'} || held[1] != std::byte{'Z'} ||
        held[2] != std::byte{'h'}) {
      take_padding("bzip2");
      return false;
    }
    BZ2_bzDecompressEnd(&stream_);
    begin();
    return true;
  }

  bz_stream stream_{};
  bool at_end_ = false;
};

}  // namespace

std::unique_ptr<Decoder> make_xz_decoder(StreamBuffer source, std::uint64_t memory) {
  return std::make_unique<XzDecoder>(std::move(source), memory);
}

std::unique_ptr<Decoder> make_bzip2_decoder(StreamBuffer source) {
  return std::make_unique<Bzip2Decoder>(std::move(source));
}

}  // namespace image
