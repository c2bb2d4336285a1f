// File descriptors as owned values, and whole reads and writes on them.
#pragma once

#include <poll.h>
#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"

namespace base {

// Owns a descriptor; closes it at the end. Empty is -1.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(other.release()) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept;
  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;
  ~UniqueFd() { reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  // Gives the descriptor up without closing it.
  int release() { return std::exchange(fd_, -1); }
  void reset(int fd = -1) noexcept;

 private:
  int fd_ = -1;
};

// open(2) with O_CLOEXEC; throws with the path in the message.
UniqueFd open_file(const std::string& path, int flags, mode_t mode = 0);
// openat(2) with O_CLOEXEC.
UniqueFd open_at(int directory, const std::string& name, int flags, mode_t mode = 0);
// nullopt where it does not exist.
std::optional<UniqueFd> try_open_file(const std::string& path, int flags);
UniqueFd duplicate(int fd);  // close-on-exec

// A nameless file in memory; `name` is what /proc shows of it. Close-on-exec.
UniqueFd memory_file(const std::string& name);
void rewind(int fd);  // to its first byte

// Where 0, 1 or 2 is closed, puts /dev/null there, open for reading: the next descriptor that is
// opened would get the number and be taken for standard input, output or error. Reading it is at
// its end at once, writing fails as it would have.
void hold_standard_descriptors();

struct Pair {
  UniqueFd first;   // a pipe's read end
  UniqueFd second;  // a pipe's write end
};
Pair make_pipe();         // close-on-exec, blocking
Pair make_socket_pair();  // AF_UNIX, SOCK_STREAM, close-on-exec, blocking

void set_nonblocking(int fd, bool on);
void set_cloexec(int fd, bool on);
// So that more can be sent to a socket that nobody reads yet: as much as the system lets everybody
// have. False where it refuses.
bool enlarge_send_buffer(int socket);

// The next bytes, 0 at end of file; repeats EINTR. nullopt where the descriptor is non-blocking and
// has none (EAGAIN).
std::optional<std::size_t> read_some(int fd, std::span<std::byte> buffer);
// Fills the buffer; false at end of file before the first byte, throws corrupt in the middle.
bool read_exactly(int fd, std::span<std::byte> buffer);
void write_all(int fd, std::span<const std::byte> bytes);
void write_all(int fd, std::string_view text);
// pwrite(2) until all is written.
void write_all_at(int fd, std::span<const std::byte> bytes, off_t offset);
// Everything up to end of file; throws where it is more than `limit` bytes.
std::string read_to_end(int fd, std::size_t limit);
// poll(2) until one of them is ready (true) or the deadline has passed (false, after one last
// look). Throws interrupted when base::interrupted() becomes true; so does all that waits by it.
bool poll_until(std::span<pollfd> watched, const Deadline& deadline);
// True when readable (or hung up) before the deadline.
bool wait_readable(int fd, const Deadline& deadline);

std::span<const std::byte> as_bytes(std::string_view text);

}  // namespace base
