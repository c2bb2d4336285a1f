#include "tests/support/socket_transport.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace support {

SocketTransport::~SocketTransport() {
  close(listener_);
  close(connection_);
}

void SocketTransport::hang_up() {
  if (connection_ >= 0) close(connection_);
  connection_ = -1;
  full_ = false;
}

bool SocketTransport::offer() {
  hang_up();
  return listener_ >= 0;
}

void SocketTransport::woken() {
  if (connection_ < 0) {
    connection_ = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  }
}

std::ptrdiff_t SocketTransport::read(std::byte* buffer, std::size_t size) {
  if (connection_ < 0) return 0;
  const ssize_t count = recv(connection_, buffer, size, MSG_DONTWAIT);
  if (count > 0) return count;
  return count < 0 && errno == EAGAIN ? 0 : -1;
}

std::ptrdiff_t SocketTransport::write(const std::byte* bytes, std::size_t size) {
  if (connection_ < 0) return 0;
  const ssize_t count = send(connection_, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
  full_ = count < static_cast<ssize_t>(size);
  if (count >= 0) return count;
  return errno == EAGAIN ? 0 : -1;
}

guest_init::Transport SocketTransport::transport() {
  return {
      .self = this,
      .offer = [](void* self,
                  std::string&) { return static_cast<SocketTransport*>(self)->offer(); },
      .close = [](void* self) { static_cast<SocketTransport*>(self)->hang_up(); },
      .descriptor =
          [](void* self) {
            const auto* mine = static_cast<SocketTransport*>(self);
            return mine->connection_ >= 0 ? mine->connection_ : mine->listener_;
          },
      .events =
          [](void* self) {
            const bool full = static_cast<SocketTransport*>(self)->full_;
            return static_cast<short>(full ? POLLIN | POLLOUT : POLLIN);
          },
      .woken = [](void* self) { static_cast<SocketTransport*>(self)->woken(); },
      .read =
          [](void* self, std::byte* buffer, std::size_t size) {
            return static_cast<SocketTransport*>(self)->read(buffer, size);
          },
      .write =
          [](void* self, const std::byte* bytes, std::size_t size) {
            return static_cast<SocketTransport*>(self)->write(bytes, size);
          },
  };
}

}  // namespace support
