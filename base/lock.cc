#include "base/lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <thread>

#include "base/error.h"
#include "base/signals.h"

namespace base {
namespace {

// False where somebody else's lock is in the way.
bool try_flock(int fd, int operation, const std::string& path) {
  int result = -1;
  do result = ::flock(fd, operation | LOCK_NB);
  while (result < 0 && errno == EINTR);
  if (result == 0) return true;
  if (errno == EWOULDBLOCK) return false;
  throw_errno("locking " + path);
}

bool names_this_file(const std::string& path, int fd) {
  struct stat by_path {};
  struct stat by_fd {};
  if (::fstat(fd, &by_fd) < 0) throw_errno(path);
  if (::lstat(path.c_str(), &by_path) < 0) {
    if (errno == ENOENT) return false;
    throw_errno(path);
  }
  return by_path.st_dev == by_fd.st_dev && by_path.st_ino == by_fd.st_ino;
}

}  // namespace

std::optional<FileLock> FileLock::try_acquire(const std::string& path) {
  for (;;) {
    UniqueFd fd = open_file(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
    if (try_flock(fd.get(), LOCK_EX, path)) {
      if (names_this_file(path, fd.get())) return FileLock(std::move(fd));
      continue;
    }
    if (!try_flock(fd.get(), LOCK_SH, path)) return std::nullopt;
    // Only somebody who looked, for a moment (is_locked); not a holder.
    fd.reset();
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
}

FileLock FileLock::acquire(const std::string& path, const Deadline& deadline,
                           std::string_view what) {
  Milliseconds pause{1};
  for (;;) {
    const bool last_try = deadline.expired();
    if (auto lock = try_acquire(path)) return std::move(*lock);
    throw_if_interrupted();
    if (last_try)
      throw Error(ErrorKind::unavailable, std::string(what) + ": another command is using it");
    std::this_thread::sleep_for(std::min(pause, deadline.remaining()));
    pause = std::min(pause * 2, Milliseconds{50});
  }
}

bool is_locked(const std::string& path) {
  auto fd = try_open_file(path, O_RDONLY | O_NOFOLLOW);
  // A shared lock is refused by a holder's exclusive one alone, so that lookers never see each
  // other.
  return fd && !try_flock(fd->get(), LOCK_SH, path);
}

}  // namespace base
