// Descriptors as owned values, for a program without exceptions: what fails gives an empty Fd or
// false and leaves errno.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace guest_init {

class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(other.release()) {}
  Fd& operator=(Fd&& other) noexcept;
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }
  void reset();  // leaves errno alone

 private:
  int fd_ = -1;
};

// All are close-on-exec.
Fd open_path(const std::string& path, int flags, unsigned mode = 0);
struct Pair {
  Fd first;   // a pipe's end to read from
  Fd second;  // a pipe's end to write to
};
bool make_pipe(Pair& pipe);
bool make_message_pair(Pair& pair);  // AF_UNIX, SOCK_SEQPACKET
bool set_nonblocking(int fd);

// The whole content; false with errno (EFBIG where it is more than `limit` bytes, EINVAL where it
// is no regular file).
bool read_file(const std::string& path, std::size_t limit, std::string& content);
// Writes at once to a file that is there (sysfs, cgroup) or that is made with `mode`.
bool write_file(const std::string& path, std::string_view content, unsigned mode = 0644);
// mkdir -p; what is there already is fine.
bool make_directories(const std::string& path, unsigned mode = 0755);

}  // namespace guest_init
