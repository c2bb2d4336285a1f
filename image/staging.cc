#include "image/staging.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <vector>

#include "base/error.h"
#include "image/garbage.h"

namespace image {
namespace {

const passwd* find_user(const std::string& name) { return getpwnam(name.c_str()); }

void refuse(const std::string& name, const char* why) {
  throw base::Error(base::ErrorKind::corrupt, "the image worker's " + name + " " + why);
}

// Not to be stopped by a FIFO, nor led elsewhere by a link.
base::UniqueFd open_staged(int directory, const std::string& name) {
  return base::open_at(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
}

bool same_file(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

std::uint64_t size_of(int fd) {
  struct stat status {};
  if (fstat(fd, &status) != 0) base::throw_errno("fstat");
  return static_cast<std::uint64_t>(status.st_size);
}

bool same_bytes(int a, int b) {
  constexpr std::uint64_t piece = std::uint64_t{256} << 10;
  std::uint64_t left = size_of(a);
  if (size_of(b) != left) return false;
  std::vector<std::byte> one(piece);
  std::vector<std::byte> other(piece);
  for (; left > 0; left -= one.size()) {
    one.resize(std::min(left, piece));
    other.resize(one.size());
    if (!base::read_exactly(a, one) || !base::read_exactly(b, other) || one != other) return false;
  }
  return true;
}

}  // namespace

std::optional<Account> worker_account(const std::string& name) {
  if (geteuid() != 0) return std::nullopt;
  const passwd* user = name.empty() ? find_user("vxn-image") : find_user(name);
  if (user == nullptr && name.empty()) user = find_user("nobody");
  if (user == nullptr)
    throw base::Error(base::ErrorKind::not_found, "no user " + (name.empty() ? "nobody" : name) +
                                                      " to run the image worker as");
  return Account{.user = user->pw_uid, .group = user->pw_gid};
}

Staging::Staging(ImageStore& store, const std::optional<Account>& owner) {
  const base::FileLock held = store.lock_for_change();
  collect_staging(store.layout(), held);
  directory_.emplace(store.layout().staging(), "pull");
  lock_path_ = directory_->path() + ".lock";
  lock_ = base::FileLock::try_acquire(lock_path_);
  if (!lock_) throw base::Error(base::ErrorKind::unavailable, lock_path_ + " is locked");
  fd_ = base::open_file(directory_->path(), O_RDONLY | O_DIRECTORY);
  if (owner && fchown(fd_.get(), owner->user, owner->group) != 0)
    base::throw_errno(directory_->path());
}

Staging::~Staging() {
  directory_.reset();
  unlink(lock_path_.c_str());
}

bool Staging::contains(const std::string& name) const {
  return faccessat(fd(), name.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

void Staging::flush(const std::string& name) const {
  if (fsync(open_staged(fd(), name).get()) != 0) base::throw_errno("flushing " + name);
}

bool Staging::equals(const std::string& name, const std::string& path) const {
  return same_bytes(open_staged(fd(), name).get(), base::open_file(path, O_RDONLY).get());
}

void Staging::install(const std::string& name, const std::string& target, std::uint64_t bytes) {
  const base::UniqueFd file = open_staged(fd(), name);
  struct stat status {};
  if (fstat(file.get(), &status) != 0) base::throw_errno(name);
  if (!S_ISREG(status.st_mode)) refuse(name, "is no regular file");
  if (status.st_nlink != 1) refuse(name, "has more than one name");
  if (static_cast<std::uint64_t>(status.st_size) != bytes) refuse(name, "has another size");
  if (geteuid() == 0 && fchown(file.get(), 0, 0) != 0) base::throw_errno(name);
  if (fchmod(file.get(), 0644) != 0) base::throw_errno(name);
  if (fsync(file.get()) != 0) base::throw_errno("flushing " + target);
  if (renameat(fd(), name.c_str(), AT_FDCWD, target.c_str()) != 0) base::throw_errno(target);
  struct stat moved {};
  if (lstat(target.c_str(), &moved) != 0) base::throw_errno(target);
  if (same_file(moved, status)) return;
  base::remove_file(target);
  refuse(name, "changed while it was looked at");
}

}  // namespace image
