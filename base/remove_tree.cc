#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/file.h"

namespace base {
namespace {

struct Mount {
  std::uint32_t major = 0;
  std::uint32_t minor = 0;
  std::uint64_t id = 0;  // 0 before Linux 5.8
  bool operator==(const Mount&) const = default;
};

Mount mount_of(int fd, const std::string& path) {
  struct statx info {};
  if (::statx(fd, "", AT_EMPTY_PATH, STATX_TYPE | STATX_MNT_ID, &info) < 0) throw_errno(path);
  return {info.stx_dev_major, info.stx_dev_minor, info.stx_mnt_id};
}

// One directory on the way down. Names are read as they come: each is gone before the next.
class Level {
 public:
  Level(UniqueFd fd, std::string path) : path_(std::move(path)), stream_(::fdopendir(fd.get())) {
    if (!stream_) throw_errno(path_);
    (void)fd.release();  // the stream's now
  }
  int fd() const { return ::dirfd(stream_.get()); }
  const std::string& path() const { return path_; }
  void rewind() { ::rewinddir(stream_.get()); }

  // nullptr at the end.
  const char* next() {
    for (;;) {
      errno = 0;
      const dirent* entry = ::readdir(stream_.get());
      if (entry == nullptr && errno != 0) throw_errno("listing " + path_);
      if (entry == nullptr) return nullptr;
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") return entry->d_name;
    }
  }

 private:
  struct Close {
    void operator()(DIR* stream) const { ::closedir(stream); }
  };
  std::string path_;
  std::unique_ptr<DIR, Close> stream_;
};

// Walks down with one descriptor per level. A tree deeper than `deepest` must not use up the
// descriptors: what lies below is moved up into the top and removed from there.
class Remover {
 public:
  Remover(UniqueFd top, const std::string& path) : mount_(mount_of(top.get(), path)) {
    levels_.emplace_back(std::move(top), path);
  }

  // Empties the top directory.
  void run() {
    while (!levels_.empty()) {
      const char* name = levels_.back().next();
      if (name != nullptr) {
        remove_entry(name);
      } else if (levels_.size() == 1 && moved_since_rewind_) {
        moved_since_rewind_ = false;
        levels_.back().rewind();
      } else {
        leave();
      }
    }
  }

 private:
  void remove_entry(const std::string& name) {
    Level& level = levels_.back();
    if (::unlinkat(level.fd(), name.c_str(), 0) == 0 || errno == ENOENT) return;
    const int error_number = errno;
    if (error_number != EISDIR && error_number != EPERM)
      throw errno_error(error_number, "removing " + level.path() + "/" + name);
    if (levels_.size() >= deepest)
      move_up(name);
    else
      enter(name, error_number);
  }

  void enter(const std::string& name, int error_number) {
    Level& level = levels_.back();
    const std::string path = level.path() + "/" + name;
    UniqueFd fd(
        ::openat(level.fd(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!fd) {
      // What is no directory was refused before.
      const bool other = errno == ENOTDIR || errno == ELOOP;
      throw errno_error(other ? error_number : errno, "removing " + path);
    }
    if (mount_of(fd.get(), path) != mount_)
      throw Error(ErrorKind::unavailable, "removing " + path + ": another file system lies there");
    levels_.emplace_back(std::move(fd), path);
    names_.push_back(name);
  }

  void leave() {
    levels_.pop_back();
    if (levels_.empty()) return;
    Level& level = levels_.back();
    if (::unlinkat(level.fd(), names_.back().c_str(), AT_REMOVEDIR) < 0 && errno != ENOENT)
      throw_errno("removing " + level.path() + "/" + names_.back());
    names_.pop_back();
  }

  void move_up(const std::string& name) {
    const Level& level = levels_.back();
    std::string moved;
    int result = -1;
    do {
      moved = ".removed-" + std::to_string(moved_++);
      result = ::renameat2(level.fd(), name.c_str(), levels_.front().fd(), moved.c_str(),
                           RENAME_NOREPLACE);
    } while (result < 0 && errno == EEXIST);
    if (result < 0) throw_errno("removing " + level.path() + "/" + name);
    moved_since_rewind_ = true;
  }

  static constexpr std::size_t deepest = 64;
  Mount mount_;
  std::vector<Level> levels_;
  std::vector<std::string> names_;  // of all levels but the top
  unsigned moved_ = 0;
  bool moved_since_rewind_ = false;
};

}  // namespace

// What others put in meanwhile goes too, within reason.
void remove_tree(const std::string& path) {
  constexpr int attempts = 10;
  for (int attempt = 1;; ++attempt) {
    UniqueFd top(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!top) {
      if (errno == ENOENT) return;
      if (errno == ENOTDIR || errno == ELOOP) return remove_file(path);
      throw_errno("removing " + path);
    }
    Remover(std::move(top), path).run();
    if (::rmdir(path.c_str()) == 0 || errno == ENOENT) return;
    if (errno != ENOTEMPTY || attempt == attempts) throw_errno("removing " + path);
  }
}

}  // namespace base
