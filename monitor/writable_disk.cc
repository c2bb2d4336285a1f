#include "monitor/writable_disk.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/lock.h"
#include "base/subprocess.h"
#include "guest-init/protocol/crc32c.h"

namespace monitor {
namespace {

constexpr base::Milliseconds make_limit{60'000};
// What an empty file system has written of its file, and more: a file system of the host's that
// knows no holes would have us copy all of it.
std::uint64_t most_copied(std::uint64_t size) { return (std::uint64_t{16} << 20) + size / 16'384; }

// The superblock (Documentation/filesystems/ext4/super.rst).
constexpr off_t superblock_at = 1024;
constexpr std::size_t superblock_size = 1024;
constexpr std::size_t magic_at = 0x38;
constexpr std::size_t incompatible_at = 0x60;
constexpr std::size_t uuid_at = 0x68;
constexpr std::size_t hash_seed_at = 0xec;
constexpr std::size_t checksum_at = 0x3fc;
constexpr std::uint16_t magic = 0xef53;
// The checksums of the rest hang on a seed that is kept, not on the UUID.
constexpr std::uint32_t has_seed = 0x2000;

using Superblock = std::array<char, superblock_size>;

std::uint32_t number_at(const Superblock& block, std::size_t at) {
  std::uint32_t value = 0;
  std::memcpy(&value, block.data() + at, sizeof value);
  return value;
}

// Its own UUID, and a seed of its own for the order of names in directories.
void name(int file, const base::Uuid& uuid, const std::string& path) {
  Superblock block;
  if (pread(file, block.data(), block.size(), superblock_at) != std::ssize(block))
    base::throw_errno(path);
  if ((number_at(block, magic_at) & 0xffff) != magic ||
      (number_at(block, incompatible_at) & has_seed) == 0)
    throw base::Error(base::ErrorKind::corrupt, path + ": not an empty disk of ours");
  std::memcpy(block.data() + uuid_at, uuid.bytes().data(), uuid.bytes().size());
  const base::Uuid seed = base::Uuid::random();
  std::memcpy(block.data() + hash_seed_at, seed.bytes().data(), seed.bytes().size());
  // Without the inversion at the end that others have.
  const std::uint32_t checksum = ~protocol::crc32c(0, block.data(), checksum_at);
  std::memcpy(block.data() + checksum_at, &checksum, sizeof checksum);
  if (pwrite(file, block.data(), block.size(), superblock_at) != std::ssize(block))
    base::throw_errno(path);
}

void make_file_system(const std::string& path, const WritableDisk& disk) {
  const base::UniqueFd file = base::open_file(path, O_CREAT | O_RDWR | O_EXCL, 0600);
  if (ftruncate(file.get(), static_cast<off_t>(disk.size)) != 0)
    base::throw_errno("making " + path);
  const base::Deadline deadline = base::Deadline::after(make_limit);
  // It never grows: what mke2fs keeps for that would be 4 MiB of zeros to be copied each time.
  std::string features = "metadata_csum,metadata_csum_seed,^orphan_file,^resize_inode";
  if (disk.once) features += ",^has_journal";
  base::run_checked({"mke2fs", "-q", "-F", "-t", "ext4", "-m", "0", "-O", features, "-E",
                     "lazy_itable_init=1,lazy_journal_init=1,nodiscard", path},
                    deadline);
  if (disk.once) base::run_checked({"tune2fs", "-o", "nobarrier", path}, deadline);
}

std::string template_of(const WritableDisk& disk) {
  std::string path =
      fmt::format("{}/ext4-{}{}", disk.templates, disk.size, disk.once ? "-once" : "");
  if (base::exists(path)) return path;
  base::make_directories(disk.templates, 0700);
  const base::FileLock lock = base::FileLock::acquire(
      disk.templates + "/lock", base::Deadline::after(make_limit), disk.templates);
  if (base::exists(path)) return path;
  const std::string attempt = disk.templates + "/.new";
  base::remove_file(attempt);
  make_file_system(attempt, disk);
  if (rename(attempt.c_str(), path.c_str()) != 0) base::throw_errno("making " + path);
  return path;
}

struct Extent {
  off_t begin = 0;
  off_t end = 0;
};

// The next one with data at `from` or behind it; empty at the end.
Extent next_extent(int file, off_t from, const std::string& path) {
  const off_t begin = lseek(file, from, SEEK_DATA);
  if (begin < 0 && errno == ENXIO) return {};
  const off_t end = begin < 0 ? -1 : lseek(file, begin, SEEK_HOLE);
  if (end < 0) base::throw_errno(path);
  return {begin, end};
}

void copy(int from, int to, const Extent& extent, const std::string& path) {
  off_t in = extent.begin;
  off_t out = extent.begin;
  while (in < extent.end) {
    const auto rest = static_cast<std::size_t>(extent.end - in);
    if (copy_file_range(from, &in, to, &out, rest, 0) <= 0) base::throw_errno("copying " + path);
  }
}

void copy_data(int from, int to, std::uint64_t size, const std::string& path) {
  if (ftruncate(to, static_cast<off_t>(size)) != 0) base::throw_errno(path);
  std::uint64_t copied = 0;
  off_t at = 0;
  for (;;) {
    const Extent extent = next_extent(from, at, path);
    if (extent.end == 0) return;
    copied += static_cast<std::uint64_t>(extent.end - extent.begin);
    if (copied > most_copied(size)) throw base::Error(path + ": too much of it is written");
    copy(from, to, extent, path);
    at = extent.end;
  }
}

}  // namespace

void make_writable_disk(const WritableDisk& disk) {
  if (base::exists(disk.path)) return;
  const std::string attempt = disk.path + ".new";
  base::remove_file(attempt);
  const std::string made = template_of(disk);
  {
    const base::UniqueFd from = base::open_file(made, O_RDONLY);
    const base::UniqueFd to = base::open_file(attempt, O_CREAT | O_RDWR | O_EXCL, 0600);
    copy_data(from.get(), to.get(), disk.size, made);
    name(to.get(), disk.uuid, made);
  }
  if (rename(attempt.c_str(), disk.path.c_str()) != 0) base::throw_errno("making " + disk.path);
}

}  // namespace monitor
