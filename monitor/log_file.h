// The log of a container's output, written by the relay: what it has taken from the guest is in the
// file before the guest may forget it. A disk that is full or slow makes the container wait.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/fd.h"

namespace monitor {

// How far each output stream is logged: of stdout and stderr.
using LogEnds = std::array<std::uint64_t, 2>;

// What the last whole record of a log file says; zeros where it has none.
LogEnds read_log_ends(int fd);

class LogFile {
 public:
  // `fd` is open for appending. From `max_bytes` on another file is wanted; 0: never.
  LogFile(base::UniqueFd fd, std::uint64_t max_bytes, const LogEnds& ends);

  // Logs what is new of these bytes, which begin at `offset` of stdout (1) or stderr (2).
  void append(std::uint8_t stream, std::uint64_t offset, std::span<const std::byte> bytes);
  // Writes what is to be written. False where there is no room now: everything must wait.
  bool flush();
  // Another file is wanted; said again where none came for long.
  bool is_full();
  // Goes on there after the record that is being written. Its first one says where the streams
  // stand.
  void go_on_in(base::UniqueFd fd);
  // A record without text, which says where the streams stand.
  void mark();

 private:
  bool write_pending();

  base::UniqueFd fd_;
  base::UniqueFd next_;
  std::uint64_t max_bytes_;
  LogEnds ends_;
  std::uint64_t size_;
  base::Deadline ask_again_ = base::Deadline::after(base::Milliseconds(0));
  std::string pending_;
};

}  // namespace monitor
