// A layer's tar out of its blob, with what has to be true of it in the end.
#pragma once

#include <cstdint>

#include "base/progress.h"
#include "image/byte_source.h"
#include "image/image.h"
#include "image/inflate.h"
#include "image/sha256.h"

namespace image {

// Tells how much of a blob was taken in.
class CountingSource : public ByteSource {
 public:
  CountingSource(ByteSource& source, base::Progress& progress, const Descriptor& blob)
      : source_(source), progress_(progress), blob_(blob) {}
  std::size_t read(std::span<std::byte> buffer) override;

 private:
  ByteSource& source_;
  base::Progress& progress_;
  const Descriptor& blob_;
  std::uint64_t count_ = 0;
};

// The decompressed tar, digested as it passes.
class TarSource : public ByteSource {
 public:
  explicit TarSource(ByteSource& blob) : inflate_(blob) {}
  std::size_t read(std::span<std::byte> buffer) override;

  // Reads what is left; the digest of the whole, the diffID.
  Digest finish();
  // The same; throws corrupt where it is not what the configuration promises.
  void check(const Digest& diff_id);
  Compression compression() const { return inflate_.compression(); }
  std::uint64_t bytes() const { return inflate_.bytes_out(); }

 private:
  Inflate inflate_;
  Sha256 hash_;
};

}  // namespace image
