#include "guest-init/fd.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace guest_init {

Fd& Fd::operator=(Fd&& other) noexcept {
  if (this != &other) {
    reset();
    fd_ = other.release();
  }
  return *this;
}

void Fd::reset() {
  if (fd_ < 0) return;
  const int saved = errno;
  close(fd_);
  errno = saved;
  fd_ = -1;
}

Fd open_path(const std::string& path, int flags, unsigned mode) {
  return Fd(open(path.c_str(), flags | O_CLOEXEC, mode));
}

bool make_pipe(Pair& pipe) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return false;
  pipe.first = Fd(ends[0]);
  pipe.second = Fd(ends[1]);
  return true;
}

bool make_message_pair(Pair& pair) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return false;
  pair.first = Fd(ends[0]);
  pair.second = Fd(ends[1]);
  return true;
}

bool set_nonblocking(int fd) {
  const int flags = fcntl(fd, F_GETFL);
  return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0;
}

namespace {

bool read_open_file(int fd, std::size_t limit, std::string& content) {
  char buffer[4096];
  for (;;) {
    const ssize_t size = read(fd, buffer, sizeof buffer);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return size == 0;
    content.append(buffer, static_cast<std::size_t>(size));
    if (content.size() > limit) {
      errno = EFBIG;
      return false;
    }
  }
}

}  // namespace

bool read_file(const std::string& path, std::size_t limit, std::string& content) {
  content.clear();
  const Fd file = open_path(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  struct stat status {};
  if (!file || fstat(file.get(), &status) != 0) return false;
  if (!S_ISREG(status.st_mode)) {
    errno = EINVAL;
    return false;
  }
  return read_open_file(file.get(), limit, content);
}

bool write_file(const std::string& path, std::string_view content, unsigned mode) {
  const Fd file = open_path(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
  if (!file) return false;
  const ssize_t size = write(file.get(), content.data(), content.size());
  if (size >= 0 && static_cast<std::size_t>(size) != content.size()) errno = ENOSPC;
  return size >= 0 && static_cast<std::size_t>(size) == content.size();
}

bool make_directories(const std::string& path, unsigned mode) {
  for (std::size_t end = path.find('/', 1); end != path.npos; end = path.find('/', end + 1)) {
    if (mkdir(path.substr(0, end).c_str(), mode) != 0 && errno != EEXIST) return false;
  }
  return mkdir(path.c_str(), mode) == 0 || errno == EEXIST;
}

}  // namespace guest_init
