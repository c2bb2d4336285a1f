#include "image/stream_buffer.h"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace image {

StreamBuffer::StreamBuffer(ByteSource& source, std::size_t size)
    : source_(&source), buffer_(size) {}

std::span<const std::byte> StreamBuffer::peek(std::size_t wanted) {
  assert(wanted <= buffer_.size());
  if (start_ + wanted > buffer_.size()) {
    std::memmove(buffer_.data(), buffer_.data() + start_, end_ - start_);
    end_ -= start_;
    start_ = 0;
  }
  while (end_ - start_ < wanted && !ended_) {
    const std::size_t count = source_->read(std::span(buffer_).subspan(end_));
    ended_ = count == 0;
    end_ += count;
    total_ += count;
  }
  return std::span(buffer_).subspan(start_, end_ - start_);
}

void StreamBuffer::take(std::size_t count) {
  assert(count <= end_ - start_);
  start_ += count;
  if (start_ == end_) start_ = end_ = 0;
}

bool StreamBuffer::skip(std::uint64_t count) {
  while (count > 0) {
    const std::size_t held = peek(1).size();
    if (held == 0) return false;
    const std::size_t step = static_cast<std::size_t>(std::min<std::uint64_t>(held, count));
    take(step);
    count -= step;
  }
  return true;
}

}  // namespace image
