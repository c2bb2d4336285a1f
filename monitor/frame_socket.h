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
  explicit FrameSocket(base::UniqueFd fd) : fd_(std::move(fd)) {}

  explicit operator bool() const { return static_cast<bool>(fd_); }
  int fd() const { return fd_.get(); }
  // A large one goes at once where nothing waits before it.
  void send(const protocol::Frame& frame);
  std::size_t unsent() const { return out_.size(); }
  // Writes what fits. False where the peer is gone.
  bool flush();
  // Reads what is there. False where the peer is gone, breaks the format, or `take` refused.
  bool receive(const std::function<bool(const protocol::Frame&)>& take);
  void close();

 private:
  std::size_t send_now(const protocol::Frame& frame);

  base::UniqueFd fd_;
  protocol::FrameBuffer in_;
  protocol::FrameQueue out_;
};

}  // namespace monitor
