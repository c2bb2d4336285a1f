// The two ends of a connection's bytes: what came and is not parsed yet, and what is to go and has
// not gone. Every byte has one place in each, so that none is moved for want of a better one; what
// came from one connection goes out by another from where it lies.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "guest-init/protocol/frame.h"

namespace protocol {

// A byte stream as it comes, cut into frames where it lies. Takes its memory with the first byte.
class FrameBuffer {
 public:
  // Where the next bytes go; never empty once next() has found no whole frame. The payloads that
  // next() gave are not valid any more.
  std::span<std::byte> room();
  void added(std::size_t size) { end_ += size; }
  void clear() { begin_ = end_ = 0; }

  // The next whole frame. `broken`: `why` (a constant text) tells; nothing after it can be trusted.
  ParseResult next(Frame& frame, const char*& why);

  // Each whole frame to `take`, which returns false to stop. False where the bytes are no frames.
  template <typename Take>
  bool take_frames(const Take& take, const char*& why) {
    Frame frame;
    ParseResult result = next(frame, why);
    for (; result == ParseResult::frame && take(frame); result = next(frame, why)) {
    }
    return result != ParseResult::broken;
  }

  // A frame that next() gave, as it lies here with its header, in which its process is now the
  // frame's. Valid until room() or clear().
  std::span<const std::byte> whole(const Frame& frame);

 private:
  static constexpr std::size_t capacity = 4 * max_frame;

  std::unique_ptr<std::byte[]> bytes_;
  std::size_t begin_ = 0;  // bytes_[begin_, end_) is not parsed yet
  std::size_t end_ = 0;
};

// Frames that go out in the order in which they were put.
class FrameQueue {
 public:
  void put(const Frame& frame) { append_frame(tail(), frame); }
  // To append whole frames to.
  std::string& tail();
  // Whole frames that stay where they are until keep(): what can go before it is not copied. Those
  // that lie one after another go as one piece.
  void lend(std::span<const std::byte> frames);
  // Of what was lent the rest gets a place here.
  void keep();

  bool empty() const { return size() == 0; }
  std::size_t size() const { return bytes_.size() - sent_ + lent_.size(); }
  // What is next, in one piece; not always all.
  std::span<const std::byte> unsent() const;
  void sent(std::size_t size);  // at most as many as unsent() has
  void clear();

 private:
  std::string bytes_;
  std::size_t sent_ = 0;             // of bytes_
  std::span<const std::byte> lent_;  // after them
};

}  // namespace protocol
