#include "image/worker_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

#include "base/error.h"

namespace image {
namespace {

constexpr int create_flags = O_RDWR | O_CREAT | O_EXCL;

std::string staged_blob(const Descriptor& blob) { return "blob-" + blob.digest.hex; }

}  // namespace

bool WorkerFiles::has_blob(const Descriptor& blob) const {
  struct stat status {};
  return fstatat(blobs, blob.digest.hex.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
         S_ISREG(status.st_mode) && static_cast<std::uint64_t>(status.st_size) == blob.bytes;
}

base::UniqueFd WorkerFiles::open_blob(const Descriptor& blob) const {
  return base::open_at(blobs, blob.digest.hex, O_RDONLY | O_NOFOLLOW);
}

base::UniqueFd WorkerFiles::open_disk(const std::string& name) const {
  const std::string staged = "disk-" + name;
  if (faccessat(staging, staged.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0)
    return base::open_at(staging, staged, O_RDONLY | O_NOFOLLOW);
  return base::open_at(disks, name, O_RDONLY | O_NOFOLLOW);
}

void WorkerFiles::write_blob(const Descriptor& blob, const std::string& bytes) const {
  base::write_all(create_blob(blob).get(), bytes);
}

base::UniqueFd WorkerFiles::create_blob(const Descriptor& blob) const {
  return base::open_at(staging, staged_blob(blob), create_flags, 0600);
}

base::UniqueFd WorkerFiles::create_disk(const std::string& key) const {
  return base::open_at(staging, "unnamed-" + key, create_flags, 0600);
}

void WorkerFiles::name_disk(const std::string& key, const std::string& name) const {
  if (renameat(staging, ("unnamed-" + key).c_str(), staging, ("disk-" + name).c_str()) != 0)
    base::throw_errno("naming a disk");
}

}  // namespace image
