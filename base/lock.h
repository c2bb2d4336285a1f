// A file lock that tells whether somebody is alive: flock(2), so it ends with its last holder,
// however that dies, and is handed on with the descriptor: inherited or passed over a socket.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "base/fd.h"

namespace base {

class FileLock {
 public:
  // Makes the file (0600) where it is absent. A lock file that was removed meanwhile is noticed:
  // the lock is only ever held on the file that the path names.
  static std::optional<FileLock> try_acquire(const std::string& path);
  // Throws unavailable after the deadline, interrupted when base::interrupted() becomes true;
  // `what` names the thing for the message.
  static FileLock acquire(const std::string& path, const Deadline& deadline, std::string_view what);
  // Takes over a lock that was inherited.
  static FileLock adopt(UniqueFd fd) { return FileLock(std::move(fd)); }

  int fd() const { return fd_.get(); }
  // Lets another process keep it: the descriptor is closed here, the lock stays with the heir.
  UniqueFd release() { return std::move(fd_); }

 private:
  explicit FileLock(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

// Whether somebody holds it now. An absent file is not held.
bool is_locked(const std::string& path);

}  // namespace base
