#include "engine/output_descriptor.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace engine {

OutputDescriptor::OutputDescriptor(int fd) : fd_(fd) {
  struct stat status {};
  if (fstat(fd, &status) != 0) return;
  if (S_ISSOCK(status.st_mode)) {
    way_ = Way::socket;
  } else if (S_ISFIFO(status.st_mode) || (S_ISCHR(status.st_mode) && isatty(fd) == 1)) {
    const std::string path = fmt::format("/proc/self/fd/{}", fd);
    own_.reset(open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    way_ = own_ ? Way::own : Way::small;
  }
}

// One whose reader has gone has room, too: the write says so.
bool OutputDescriptor::has_room() const {
  pollfd polled{.fd = fd_, .events = POLLOUT, .revents = 0};
  return poll(&polled, 1, 0) != 0;
}

std::optional<std::size_t> OutputDescriptor::write(std::span<const std::byte> bytes) {
  ssize_t written = 0;
  do {
    switch (way_) {
      case Way::socket:
        written = send(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        break;
      case Way::own:
        written = ::write(own_.get(), bytes.data(), bytes.size());
        break;
      case Way::small:
        if (!has_room()) return 0;
        written = ::write(fd_, bytes.data(), std::min<std::size_t>(bytes.size(), PIPE_BUF));
        break;
      case Way::plain:
        written = ::write(fd_, bytes.data(), bytes.size());
        break;
    }
  } while (written < 0 && errno == EINTR);
  if (written >= 0) return static_cast<std::size_t>(written);
  if (errno == EAGAIN) return 0;
  error_ = errno;
  return std::nullopt;
}

}  // namespace engine
