#include "monitor/frame_socket.h"

#include <sys/socket.h>

#include <cerrno>

namespace monitor {

bool FrameSocket::settle() {
  const bool there = flush();
  out_.keep();
  return there;
}

bool FrameSocket::flush() {
  while (!out_.empty()) {
    const auto rest = out_.unsent();
    const ssize_t size = ::send(fd_.get(), rest.data(), rest.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return errno == EAGAIN;
    out_.sent(static_cast<std::size_t>(size));
  }
  return true;
}

bool FrameSocket::receive(const std::function<bool(const protocol::Frame&)>& take) {
  const std::span<std::byte> room = in_.room();
  const ssize_t size = recv(fd_.get(), room.data(), room.size(), MSG_DONTWAIT);
  if (size < 0) return errno == EINTR || errno == EAGAIN;
  if (size == 0) return false;
  in_.added(static_cast<std::size_t>(size));
  const char* why = "";
  bool accepted = true;
  return in_.take_frames([&](const protocol::Frame& frame) { return accepted = take(frame); },
                         why) &&
         accepted;
}

void FrameSocket::close() {
  fd_.reset();
  in_.clear();
  out_.clear();
}

}  // namespace monitor
