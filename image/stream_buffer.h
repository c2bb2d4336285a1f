// Looks ahead into a byte source.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "image/byte_source.h"

namespace image {

class StreamBuffer {
 public:
  explicit StreamBuffer(ByteSource& source, std::size_t size = 1u << 18);  // borrowed

  // What is at hand, at least `wanted` bytes (never more than the buffer's size) unless the stream
  // ends before. Valid until the next call.
  std::span<const std::byte> peek(std::size_t wanted);
  // The first `count` bytes of what peek() showed are done with.
  void take(std::size_t count);
  // Done with `count` bytes, read or not; false where the stream ends before.
  bool skip(std::uint64_t count);
  // What has come from the source.
  std::uint64_t total() const { return total_; }

 private:
  ByteSource* source_;
  std::vector<std::byte> buffer_;
  std::size_t start_ = 0;
  std::size_t end_ = 0;
  bool ended_ = false;
  std::uint64_t total_ = 0;
};

}  // namespace image
