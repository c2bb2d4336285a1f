// A stream of bytes that is pulled: a download, a decompressor over it, a file.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>

#include "base/error.h"
#include "base/fd.h"

namespace image {

// The seam between what brings a layer and what eats it. One thread at a time.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // The next bytes, as many as are at hand but at least one; 0 at the end and from then on. Waits
  // for them. Throws base::Error; after that the source is not read again.
  virtual std::size_t read(std::span<std::byte> buffer) = 0;
};

// A blocking descriptor, borrowed.
class FdSource : public ByteSource {
 public:
  explicit FdSource(int fd) : fd_(fd) {}
  std::size_t read(std::span<std::byte> buffer) override {
    const auto count = base::read_some(fd_, buffer);
    if (!count) throw base::Error("reading a layer: the descriptor is non-blocking");
    return *count;
  }

 private:
  int fd_;
};

// Bytes in memory, borrowed.
class MemorySource : public ByteSource {
 public:
  explicit MemorySource(std::span<const std::byte> bytes) : rest_(bytes) {}
  std::size_t read(std::span<std::byte> buffer) override {
    const std::size_t count = std::min(buffer.size(), rest_.size());
    if (count > 0) std::memcpy(buffer.data(), rest_.data(), count);
    rest_ = rest_.subspan(count);
    return count;
  }

 private:
  std::span<const std::byte> rest_;
};

}  // namespace image
