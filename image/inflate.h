// Undoes a layer's or an archive's compression as a stream: gzip (RFC 1952, any number of members),
// zstd (RFC 8878, any number of frames), xz and bzip2 (any number of streams) or none. Which of
// them is seen by the first bytes, never by a media type.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "image/byte_source.h"

namespace image {

enum class Compression { none, gzip, zstd, xz, bzip2 };

// As many bytes of the start as tell all of them apart.
inline constexpr std::size_t longest_magic = 10;
// By magic number; fewer than 4 bytes are `none`.
Compression detect_compression(std::span<const std::byte> start);

// Against bombs. 0 is no limit.
struct InflateLimits {
  std::uint64_t bytes = std::uint64_t{1} << 40;  // of output
  // Output per input, looked at once `ratio_after` bytes came out. gzip cannot exceed 1032.
  std::uint64_t ratio = 2000;
  std::uint64_t ratio_after = std::uint64_t{1} << 30;
  // A zstd frame that asks for a larger window is refused (memory).
  int zstd_window_log = 27;
  // The same of xz; what its greatest level asks for is 65 MiB.
  std::uint64_t xz_memory = std::uint64_t{144} << 20;
};

class Decoder;

// Throws corrupt for damaged, truncated or trailing bytes (zeros after the last gzip member or
// bzip2 stream are padding) and for what exceeds a limit. Reads its input to the end before it
// reports its own end, so that whoever digests the input has seen all of it.
class Inflate : public ByteSource {
 public:
  // `compressed` is borrowed. Reads its first bytes.
  explicit Inflate(ByteSource& compressed, const InflateLimits& limits = {});
  ~Inflate() override;
  std::size_t read(std::span<std::byte> buffer) override;

  Compression compression() const { return compression_; }
  std::uint64_t bytes_in() const;
  std::uint64_t bytes_out() const { return bytes_out_; }

 private:
  void check_limits() const;

  InflateLimits limits_;
  Compression compression_ = Compression::none;
  std::uint64_t bytes_out_ = 0;
  std::unique_ptr<Decoder> decoder_;
};

}  // namespace image
