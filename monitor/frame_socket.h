// Frames over a client's socket: never blocks, keeps what cannot go out yet.
#pragma once

#include <functional>
#include <string_view>

#include "base/fd.h"
#include "guest-init/protocol/frame_buffer.h"

namespace monitor {

// A frame about no stream.
inline protocol::Frame text_frame(protocol::FrameType type, std::string_view payload) {
  return {.type = type, .payload = protocol::bytes_of(payload)};
}

class FrameSocket {
 public:
  FrameSocket() = default;
  explicit FrameSocket(base::UniqueFd fd) : fd_(std::move(fd)) {
    base::enlarge_send_buffer(fd_.get());
  }

  explicit operator bool() const { return static_cast<bool>(fd_); }
  int fd() const { return fd_.get(); }
  void send(const protocol::Frame& frame) { out_.put(frame); }
  // Whole frames that lie elsewhere, until settle().
  void forward(std::span<const std::byte> frames) { out_.lend(frames); }
  // Sends what it can and keeps the rest of what was forwarded. False as with flush().
  bool settle();
  std::size_t unsent() const { return out_.size(); }
  // Writes what fits. False where the peer is gone.
  bool flush();
  // Reads what is there. False where the peer is gone, breaks the format, or `take` refused.
  bool receive(const std::function<bool(const protocol::Frame&)>& take);
  // A frame that `take` was given, as FrameBuffer::whole.
  std::span<const std::byte> whole(const protocol::Frame& frame) { return in_.whole(frame); }
  void close();

 private:
  base::UniqueFd fd_;
  protocol::FrameBuffer in_;
  protocol::FrameQueue out_;
};

}  // namespace monitor
