#include "image/worker_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

#include "base/error.h"
#include "image/sha256.h"

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
  return open_staged_or(staged_blob(blob), blobs, blob.digest.hex);
}

base::UniqueFd WorkerFiles::open_disk(const std::string& name) const {
  return open_staged_or("disk-" + name, disks, name);
}

base::UniqueFd WorkerFiles::open_staged_or(const std::string& staged, int directory,
                                           const std::string& name) const {
  if (is_staged(staged)) return base::open_at(staging, staged, O_RDONLY | O_NOFOLLOW);
  return base::open_at(directory, name, O_RDONLY | O_NOFOLLOW);
}

bool WorkerFiles::is_staged(const std::string& name) const {
  return faccessat(staging, name.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

base::UniqueFd WorkerFiles::create_unnamed_blob(const std::string& key) const {
  return base::open_at(staging, "incoming-" + key, create_flags, 0600);
}

void WorkerFiles::name_blob(const std::string& key, const Descriptor& blob) const {
  const std::string unnamed = "incoming-" + key;
  const bool known = has_blob(blob) || is_staged(staged_blob(blob));
  const int result = known ? unlinkat(staging, unnamed.c_str(), 0)
                           : renameat(staging, unnamed.c_str(), staging, staged_blob(blob).c_str());
  if (result != 0) base::throw_errno("naming a blob");
}

Descriptor WorkerFiles::put_blob(std::string_view media_type, const std::string& bytes) const {
  Descriptor blob{
      .media_type = std::string(media_type), .digest = sha256_of(bytes), .bytes = bytes.size()};
  const std::string key = "document-" + blob.digest.hex;
  base::write_all(create_unnamed_blob(key).get(), bytes);
  name_blob(key, blob);
  return blob;
}

void WorkerFiles::write_blob(const Descriptor& blob, const std::string& bytes) const {
  base::write_all(create_blob(blob).get(), bytes);
}

void WorkerFiles::keep_blob(const Descriptor& blob, const std::string& bytes) const {
  if (!has_blob(blob) && !is_staged(staged_blob(blob))) write_blob(blob, bytes);
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
