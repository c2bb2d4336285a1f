#include "guest-init/protocol/frame_buffer.h"

#include <cassert>
#include <cstring>
#include <utility>

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

std::span<const std::byte> FrameBuffer::whole(const Frame& frame) {
  const std::ptrdiff_t place = frame.payload.data() - bytes_.get();
  assert(place >= std::ptrdiff_t{header_size});
  std::byte* const header = bytes_.get() + place - header_size;
  write_header(frame, static_cast<std::uint32_t>(frame.payload.size()), header);
  return {header, header_size + frame.payload.size()};
}

// What has gone is dropped when all has, or when it is more than what has not: each byte is moved
// at most once on average.
std::string& FrameQueue::tail() {
  keep();
  if (sent_ > bytes_.size() - sent_ || empty()) {
    bytes_.erase(0, sent_);
    sent_ = 0;
  }
  return bytes_;
}

void FrameQueue::lend(std::span<const std::byte> frames) {
  const bool goes_on = !lent_.empty() && lent_.data() + lent_.size() == frames.data();
  if (!goes_on) keep();
  lent_ = goes_on ? std::span(lent_.data(), lent_.size() + frames.size()) : frames;
}

void FrameQueue::keep() {
  const std::span<const std::byte> lent = std::exchange(lent_, {});
  if (!lent.empty()) tail().append(reinterpret_cast<const char*>(lent.data()), lent.size());
}

std::span<const std::byte> FrameQueue::unsent() const {
  return sent_ < bytes_.size() ? bytes_of(bytes_).subspan(sent_) : lent_;
}

void FrameQueue::sent(std::size_t size) {
  if (sent_ < bytes_.size())
    sent_ += size;
  else
    lent_ = lent_.subspan(size);
}

void FrameQueue::clear() {
  bytes_.clear();
  sent_ = 0;
  lent_ = {};
}

}  // namespace protocol
