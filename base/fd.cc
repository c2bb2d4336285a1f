#include "base/fd.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/error.h"
#include "base/signals.h"

namespace base {
namespace {

// Repeats a call that a signal broke off.
template <typename Call>
auto retry(Call call) {
  decltype(call()) result;
  do result = call();
  while (result < 0 && errno == EINTR);
  return result;
}

void set_flag(int fd, int get, int set, int flag, bool on) {
  int flags = ::fcntl(fd, get);
  if (flags < 0) throw_errno("reading a descriptor's flags");
  int wanted = on ? (flags | flag) : (flags & ~flag);
  if (wanted != flags && ::fcntl(fd, set, wanted) < 0) throw_errno("setting a descriptor's flags");
}

// How long one poll(2) may last: a signal that came just before it must not go unnoticed, and one
// that another thread took does not end it.
int slice(const Deadline& deadline) {
  constexpr Milliseconds glance{100};
  return (interrupts_are_watched() ? deadline.sooner(glance) : deadline).poll_timeout();
}

}  // namespace

UniqueFd& UniqueFd::operator=(UniqueFd&& other) noexcept {
  if (this != &other) reset(other.release());
  return *this;
}

void UniqueFd::reset(int fd) noexcept {
  int old = std::exchange(fd_, fd);
  if (old < 0) return;
  int before = errno;
  ::close(old);  // Linux: the descriptor is gone whatever it returns
  errno = before;
}

UniqueFd open_file(const std::string& path, int flags, mode_t mode) {
  return open_at(AT_FDCWD, path, flags, mode);
}

UniqueFd open_at(int directory, const std::string& name, int flags, mode_t mode) {
  int fd = retry([&] { return ::openat(directory, name.c_str(), flags | O_CLOEXEC, mode); });
  if (fd < 0) throw_errno(name);
  return UniqueFd(fd);
}

UniqueFd memory_file(const std::string& name) {
  UniqueFd fd(::memfd_create(name.c_str(), MFD_CLOEXEC));
  if (!fd) throw_errno("making a file in memory");
  return fd;
}

void rewind(int fd) {
  if (::lseek(fd, 0, SEEK_SET) != 0) throw_errno("going back to the start of a file");
}

void hold_standard_descriptors() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd)
    if (::fcntl(fd, F_GETFD) < 0) open_file("/dev/null", O_RDONLY).release();  // the lowest free
}

std::optional<UniqueFd> try_open_file(const std::string& path, int flags) {
  int fd = retry([&] { return ::open(path.c_str(), flags | O_CLOEXEC); });
  if (fd >= 0) return UniqueFd(fd);
  if (errno == ENOENT) return std::nullopt;
  throw_errno(path);
}

UniqueFd duplicate(int fd) {
  int copy = ::fcntl(fd, F_DUPFD_CLOEXEC, 0);
  if (copy < 0) throw_errno("duplicating a descriptor");
  return UniqueFd(copy);
}

Pair make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) < 0) throw_errno("making a pipe");
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

Pair make_socket_pair() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) < 0)
    throw_errno("making a socket pair");
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

void set_nonblocking(int fd, bool on) { set_flag(fd, F_GETFL, F_SETFL, O_NONBLOCK, on); }

void set_cloexec(int fd, bool on) { set_flag(fd, F_GETFD, F_SETFD, FD_CLOEXEC, on); }

bool enlarge_send_buffer(int socket) {
  constexpr int wanted = 1 << 20;
  return setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &wanted, sizeof wanted) == 0;
}

std::optional<std::size_t> read_some(int fd, std::span<std::byte> buffer) {
  ssize_t count = retry([&] { return ::read(fd, buffer.data(), buffer.size()); });
  if (count >= 0) return static_cast<std::size_t>(count);
  if (errno == EAGAIN) return std::nullopt;
  throw_errno("reading");
}

bool read_exactly(int fd, std::span<std::byte> buffer) {
  std::size_t done = 0;
  while (done < buffer.size()) {
    auto count = read_some(fd, buffer.subspan(done));
    if (!count) {
      wait_readable(fd, Deadline::never());
    } else if (*count == 0) {
      if (done == 0) return false;
      throw Error(ErrorKind::corrupt, "reading: the end came early");
    } else {
      done += *count;
    }
  }
  return true;
}

void write_all(int fd, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    ssize_t count = retry([&] { return ::write(fd, bytes.data(), bytes.size()); });
    if (count >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(count));
    } else if (errno == EAGAIN) {
      pollfd watched{.fd = fd, .events = POLLOUT, .revents = 0};
      poll_until({&watched, 1}, Deadline::never());
    } else {
      throw_errno("writing");
    }
  }
}

void write_all(int fd, std::string_view text) { write_all(fd, as_bytes(text)); }

void write_all_at(int fd, std::span<const std::byte> bytes, off_t offset) {
  while (!bytes.empty()) {
    ssize_t count = retry([&] { return ::pwrite(fd, bytes.data(), bytes.size(), offset); });
    if (count < 0) throw_errno("writing");
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    offset += count;
  }
}

std::string read_to_end(int fd, std::size_t limit) {
  std::string text;
  std::array<std::byte, 16384> buffer;
  for (;;) {
    auto count = read_some(fd, buffer);
    if (!count) {
      wait_readable(fd, Deadline::never());
      continue;
    }
    if (*count == 0) return text;
    if (*count > limit - text.size())
      throw Error(ErrorKind::corrupt, "larger than " + std::to_string(limit) + " bytes");
    text.append(reinterpret_cast<const char*>(buffer.data()), *count);
  }
}

bool poll_until(std::span<pollfd> watched, const Deadline& deadline) {
  for (;;) {
    throw_if_interrupted();
    bool last_look = deadline.expired();
    int ready = ::poll(watched.data(), watched.size(), slice(deadline));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) throw_errno("polling");
    if (ready == 0 && last_look) return false;
  }
}

bool wait_readable(int fd, const Deadline& deadline) {
  pollfd watched{.fd = fd, .events = POLLIN, .revents = 0};
  return poll_until({&watched, 1}, deadline);
}

std::span<const std::byte> as_bytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

}  // namespace base
