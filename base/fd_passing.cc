#include "base/fd_passing.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace base {
namespace {

// Room for one descriptor, aligned as the kernel wants it.
struct Control {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> space{};
};

msghdr message_of(iovec& bytes, Control& control) {
  msghdr message{};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  message.msg_control = control.space.data();
  message.msg_controllen = control.space.size();
  return message;
}

}  // namespace

void send_with_fd(int socket, std::string_view text, int fd) {
  Control control;
  iovec bytes{const_cast<char*>(text.data()), text.size()};
  const msghdr message = message_of(bytes, control);
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof fd);
  memcpy(CMSG_DATA(header), &fd, sizeof fd);
  ssize_t size = -1;
  do size = ::sendmsg(socket, &message, MSG_NOSIGNAL);
  while (size < 0 && errno == EINTR);
  if (size < 0) throw_errno("passing a descriptor");
  if (static_cast<std::size_t>(size) != text.size())
    throw Error("passing a descriptor: the socket is full");
}

std::optional<Passed> receive_with_fd(int socket, std::size_t limit) {
  Passed passed;
  passed.text.resize(limit);
  Control control;
  iovec bytes{passed.text.data(), passed.text.size()};
  msghdr message = message_of(bytes, control);
  ssize_t size = -1;
  do size = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  while (size < 0 && errno == EINTR);
  if (size < 0 && errno != ECONNRESET) throw_errno("receiving a descriptor");
  if (size <= 0) return std::nullopt;
  passed.text.resize(static_cast<std::size_t>(size));
  const cmsghdr* header = CMSG_FIRSTHDR(&message);
  if (header != nullptr && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS &&
      header->cmsg_len == CMSG_LEN(sizeof(int))) {
    int fd = -1;
    memcpy(&fd, CMSG_DATA(header), sizeof fd);
    passed.fd.reset(fd);
  }
  return passed;
}

}  // namespace base
