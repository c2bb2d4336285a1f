#include "guest-init/protocol/frame_buffer.h"

#include <cstring>

namespace protocol {

std::span<std::byte> FrameBuffer::room() {
  if (bytes_ == nullptr) bytes_ = std::make_unique_for_overwrite<std::byte[]>(capacity);
  if (begin_ == end_) {
    clear();
  } else if (capacity - end_ < max_frame) {
    std::memmove(bytes_.get(), bytes_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  return {bytes_.get() + end_, capacity - end_};
}

ParseResult FrameBuffer::next(Frame& frame, const char*& why) {
  std::size_t used = 0;
  const std::span<const std::byte> unparsed(bytes_.get() + begin_, end_ - begin_);
  const ParseResult result = parse_frame(unparsed, frame, used, why);
  if (result == ParseResult::frame) begin_ += used;
  return result;
}

// What has gone is dropped when all has, or when it is more than what has not: each byte is moved
// at most once on average.
std::string& FrameQueue::tail() {
  if (sent_ > bytes_.size() - sent_ || empty()) {
    bytes_.erase(0, sent_);
    sent_ = 0;
  }
  return bytes_;
}

void FrameQueue::clear() {
  bytes_.clear();
  sent_ = 0;
}

}  // namespace protocol
