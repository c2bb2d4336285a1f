#include "base/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "base/error.h"

namespace base {
namespace {

// "/a/b" for "/a/b/c", "." for "c", "/" for "/c".
std::string parent_of(const std::string& path) {
  auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string attempt_for(const std::string& path) {
  auto slash = path.rfind('/');
  std::string directory = slash == std::string::npos ? "" : path.substr(0, slash + 1);
  std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
  return directory + "." + name + ".tmp-XXXXXX";
}

void sync(int fd, const std::string& path) {
  if (::fsync(fd) < 0) throw_errno("flushing " + path);
}

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

}  // namespace

std::string read_file(const std::string& path, std::size_t limit) {
  UniqueFd fd = open_file(path, O_RDONLY);
  return doing(path, [&] { return read_to_end(fd.get(), limit); });
}

std::optional<std::string> try_read_file(const std::string& path, std::size_t limit) {
  auto fd = try_open_file(path, O_RDONLY);
  if (!fd) return std::nullopt;
  return doing(path, [&] { return read_to_end(fd->get(), limit); });
}

AtomicFile::AtomicFile(std::string path, mode_t mode)
    : path_(std::move(path)), attempt_(attempt_for(path_)) {
  fd_ = UniqueFd(::mkostemp(attempt_.data(), O_CLOEXEC));
  if (!fd_) throw_errno("writing " + path_);
  if (::fchmod(fd_.get(), mode) == 0) return;
  int error_number = errno;
  ::unlink(attempt_.c_str());
  throw errno_error(error_number, "writing " + path_);
}

AtomicFile::~AtomicFile() {
  if (!attempt_.empty()) ::unlink(attempt_.c_str());
}

void AtomicFile::write(std::string_view text) {
  doing("writing " + path_, [&] { write_all(fd_.get(), text); });
}

void AtomicFile::commit(Durability durability) {
  assert(!attempt_.empty());
  const bool flush = durability == Durability::flushed;
  if (flush) sync(fd_.get(), path_);
  if (std::rename(attempt_.c_str(), path_.c_str()) < 0) throw_errno("replacing " + path_);
  attempt_.clear();
  if (flush) sync_directory(parent_of(path_));
}

void replace_file(const std::string& path, std::string_view text, mode_t mode,
                  Durability durability) {
  AtomicFile file(path, mode);
  file.write(text);
  file.commit(durability);
}

TempDir::TempDir(const std::string& parent, std::string_view prefix)
    : path_(parent + "/" + std::string(prefix) + "-XXXXXX") {
  if (::mkdtemp(path_.data()) == nullptr) throw_errno("making a directory in " + parent);
}

TempDir::TempDir(TempDir&& other) noexcept : path_(std::move(other.path_)) { other.path_.clear(); }

TempDir::~TempDir() {
  if (path_.empty()) return;
  try {
    remove_tree(path_);
  } catch (const Error&) {  // a destructor has nobody to tell; what is left has a telling name
  }
}

bool exists(const std::string& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) == 0) return true;
  if (errno == ENOENT || errno == ENOTDIR) return false;
  throw_errno(path);
}

bool is_directory(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0) return S_ISDIR(info.st_mode);
  if (errno == ENOENT || errno == ENOTDIR) return false;
  throw_errno(path);
}

void make_directories(const std::string& path, mode_t mode) {
  if (path.empty() || ::mkdir(path.c_str(), mode) == 0) return;
  if (errno == ENOENT) {
    const std::string parent = parent_of(path);
    if (parent == path) throw_errno("making " + path);
    make_directories(parent, mode);
    if (::mkdir(path.c_str(), mode) == 0) return;
  }
  const int error_number = errno;
  // A directory on a read-only file system says EROFS even where it is there already.
  if (is_directory(path)) return;
  throw errno_error(error_number, "making " + path);
}

void remove_file(const std::string& path) {
  if (::unlink(path.c_str()) < 0 && errno != ENOENT) throw_errno("removing " + path);
}

std::uint64_t disk_usage(const std::string& directory) {
  constexpr std::uint64_t block = 512;  // of st_blocks
  std::uint64_t bytes = 0;
  for (const std::string& name : list_directory(directory)) {
    struct stat status {};
    if (::lstat((directory + "/" + name).c_str(), &status) == 0 && S_ISREG(status.st_mode))
      bytes += static_cast<std::uint64_t>(status.st_blocks) * block;
  }
  return bytes;
}

std::vector<std::string> list_directory(const std::string& path) {
  std::unique_ptr<DIR, CloseDirectory> directory(::opendir(path.c_str()));
  if (!directory) {
    if (errno == ENOENT) return {};
    throw_errno(path);
  }
  std::vector<std::string> names;
  for (errno = 0; const dirent* entry = ::readdir(directory.get()); errno = 0) {
    std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  if (errno != 0) throw_errno("listing " + path);
  std::sort(names.begin(), names.end());
  return names;
}

void sync_directory(const std::string& path) {
  sync(open_file(path, O_RDONLY | O_DIRECTORY).get(), path);
}

std::uint64_t free_bytes(const std::string& path) {
  struct statvfs info {};
  if (::statvfs(path.c_str(), &info) < 0) throw_errno(path);
  return std::uint64_t{info.f_bavail} * info.f_frsize;
}

}  // namespace base
