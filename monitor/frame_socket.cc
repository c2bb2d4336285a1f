#include "monitor/frame_socket.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "guest-init/protocol/take_frames.h"

namespace monitor {

bool FrameSocket::flush() {
  std::size_t start = 0;
  while (start < out_.size()) {
    const ssize_t size =
        ::send(fd_.get(), out_.data() + start, out_.size() - start, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno != EAGAIN) return false;
    if (size < 0) break;
    start += static_cast<std::size_t>(size);
  }
  out_.erase(0, start);
  return true;
}

bool FrameSocket::receive(const std::function<bool(const protocol::Frame&)>& take) {
  std::array<char, protocol::max_frame> buffer;
  const ssize_t size = recv(fd_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (size < 0) return errno == EINTR || errno == EAGAIN;
  if (size == 0) return false;
  in_.append(buffer.data(), static_cast<std::size_t>(size));
  const char* why = "";
  bool accepted = true;
  return protocol::take_frames(
             in_, [&](const protocol::Frame& frame) { return accepted = take(frame); }, why) &&
         accepted;
}

void FrameSocket::close() {
  fd_.reset();
  in_.clear();
  out_.clear();
}

}  // namespace monitor
