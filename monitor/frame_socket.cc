#include "monitor/frame_socket.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>

namespace monitor {
namespace {

constexpr std::size_t large = 4096;  // where a copy costs more than a system call

iovec vector_of(std::span<const std::byte> bytes) {
  return {.iov_base = const_cast<std::byte*>(bytes.data()), .iov_len = bytes.size()};
}

}  // namespace

void FrameSocket::send(const protocol::Frame& frame) {
  const bool at_once = out_.empty() && frame.payload.size() >= large;
  const std::size_t gone = at_once ? send_now(frame) : 0;
  if (gone == protocol::header_size + frame.payload.size()) return;
  out_.put(frame);
  out_.sent(gone);
}

// How many bytes of it went. A peer that is gone is met by flush().
std::size_t FrameSocket::send_now(const protocol::Frame& frame) {
  std::array<std::byte, protocol::header_size> header;
  protocol::write_header(frame, static_cast<std::uint32_t>(frame.payload.size()), header.data());
  std::array<iovec, 2> parts{vector_of(header), vector_of(frame.payload)};
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  const ssize_t size = sendmsg(fd_.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  return size < 0 ? 0 : static_cast<std::size_t>(size);
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
