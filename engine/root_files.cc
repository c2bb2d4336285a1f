#include "engine/root_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/error.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/root_path.h"
#include "base/text.h"

namespace engine {
namespace {

constexpr std::size_t most_bytes = 16u << 20;
constexpr mode_t permission_bits = 07777;

// A directory's place below `root` once every link is followed as in a chroot; nullopt where there
// is none.
std::optional<std::string> resolve_in(int root, const std::string& root_path,
                                      const std::string& directory) {
  const base::UniqueFd found = base::open_in_root(root, directory, O_PATH | O_DIRECTORY);
  if (!found && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
  if (!found) base::throw_errno(root_path + directory);
  const std::string link = "/proc/self/fd/" + std::to_string(found.get());
  std::array<char, 4096> path{};
  const ssize_t size = readlink(link.c_str(), path.data(), path.size());
  if (size < 0) base::throw_errno(link);
  const std::string whole(path.data(), static_cast<std::size_t>(size));
  return whole.substr(std::min(root_path.size(), whole.size()));
}

// Where there is nothing to follow yet, nothing may lead up either.
std::string plain(const std::string& directory) {
  for (const std::string& name : base::split(directory, '/'))
    if (name == "..")
      throw base::Error(base::ErrorKind::usage, "\"" + directory + "\" is no place for a file");
  return directory == "/" ? "" : directory;
}

std::string real_path(const std::string& path) {
  std::array<char, 4096> resolved{};
  if (realpath(path.c_str(), resolved.data()) == nullptr) base::throw_errno(path);
  return resolved.data();
}

void take_metadata(const std::string& path, const struct stat& from) {
  if (chown(path.c_str(), from.st_uid, from.st_gid) != 0 ||
      chmod(path.c_str(), from.st_mode & permission_bits) != 0)
    base::throw_errno(path);
}

// `directory` and all above it, each as it is in `root`.
void make_alike(const std::string& staging, const std::string& root, const std::string& directory) {
  std::string path;
  for (const std::string& name : base::split(directory, '/')) {
    if (name.empty()) continue;
    path += "/" + name;
    const std::string made = staging + path;
    if (mkdir(made.c_str(), 0755) != 0 && errno != EEXIST) base::throw_errno(made);
    struct stat there {};
    if (lstat((root + path).c_str(), &there) == 0 && S_ISDIR(there.st_mode))
      take_metadata(made, there);
  }
}

void copy_file(const std::string& source, const std::string& target) {
  const base::UniqueFd from = base::open_file(source, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  struct stat status {};
  if (fstat(from.get(), &status) != 0) base::throw_errno(source);
  if (!S_ISREG(status.st_mode))
    throw base::Error(base::ErrorKind::unsupported,
                      source + ": only regular files of the host can stand in the container");
  const std::string bytes = base::read_to_end(from.get(), most_bytes);
  const base::UniqueFd to = base::open_file(target, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  base::write_all(to.get(), bytes);
  if (fchown(to.get(), status.st_uid, status.st_gid) != 0 ||
      fchmod(to.get(), status.st_mode & permission_bits) != 0)
    base::throw_errno(target);
}

}  // namespace

void lay_files(const std::vector<CopiedFile>& files, const std::string& root,
               const std::string& staging) {
  const std::string root_path = real_path(root);
  const base::UniqueFd root_fd = base::open_file(root_path, O_PATH | O_DIRECTORY);
  struct stat top {};
  if (fstat(root_fd.get(), &top) != 0) base::throw_errno(root);
  take_metadata(staging, top);
  for (const CopiedFile& file : files) {
    const std::size_t slash = file.target.rfind('/');
    if (slash == std::string::npos || !file.target.starts_with('/') ||
        slash + 1 == file.target.size())
      throw base::Error(base::ErrorKind::usage, "\"" + file.target + "\" is no place for a file");
    const std::string parent = file.target.substr(0, std::max<std::size_t>(slash, 1));
    const auto found = resolve_in(root_fd.get(), root_path, parent);
    const std::string resolved = found ? *found : plain(parent);
    make_alike(staging, root_path, resolved);
    copy_file(file.source, staging + resolved + file.target.substr(slash));
  }
}

}  // namespace engine
