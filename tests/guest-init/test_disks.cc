#include <fcntl.h>
#include <linux/blkpg.h>
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "base/error.h"
#include "base/random.h"
#include "tests/guest-init/guest_fixture.h"
#include "xen/gpt.h"

namespace guest_init_test {
namespace {

constexpr std::size_t largest_layer = 64 << 20;
const auto patience = base::Milliseconds(60000);

base::UniqueFd open_free_loop(std::string& device) {
  const auto control = base::open_file("/dev/loop-control", O_RDWR);
  const int number = ioctl(control.get(), LOOP_CTL_GET_FREE);
  if (number < 0) base::throw_errno("LOOP_CTL_GET_FREE");
  device = "/dev/loop" + std::to_string(number);
  return base::open_file(device, O_RDWR);
}

// Another may take the free one first: then once more.
base::UniqueFd attach(const std::string& file, bool read_only, std::string& device) {
  const auto backing = base::open_file(file, read_only ? O_RDONLY : O_RDWR);
  for (int tries = 0; tries < 20; ++tries) {
    auto loop = open_free_loop(device);
    loop_config config{};
    config.fd = static_cast<std::uint32_t>(backing.get());
    config.info.lo_flags = LO_FLAGS_AUTOCLEAR | (read_only ? LO_FLAGS_READ_ONLY : 0);
    if (read_only) config.info.lo_flags |= LO_FLAGS_PARTSCAN;
    if (ioctl(loop.get(), LOOP_CONFIGURE, &config) == 0) return loop;
    if (errno != EBUSY) base::throw_errno("LOOP_CONFIGURE " + device);
  }
  throw base::Error("no free loop device");
}

// For kernels that read no GPT themselves; a guest's does.
void add_partition(int disk, int number, std::uint64_t start, std::uint64_t bytes) {
  blkpg_partition partition{};
  partition.start = static_cast<long long>(start);
  partition.length = static_cast<long long>(bytes);
  partition.pno = number;
  blkpg_ioctl_arg argument{};
  argument.op = BLKPG_ADD_PARTITION;
  argument.datalen = sizeof partition;
  argument.data = &partition;
  if (ioctl(disk, BLKPG, &argument) != 0 && errno != EBUSY) base::throw_errno("BLKPG");
}

}  // namespace

TestDisk make_layer_disk(const std::string& directory, const std::vector<std::string>& layers) {
  std::vector<xen::GptPartition> partitions;
  std::vector<std::string> contents;
  for (const std::string& layer : layers) {
    std::string& bytes = contents.emplace_back(base::read_file(layer, largest_layer));
    bytes.resize((bytes.size() + 4095) / 4096 * 4096);
    partitions.push_back({.bytes = bytes.size(), .guid = base::Uuid::random()});
  }
  const std::string file = directory + "/layers.img";
  const base::Uuid wish = base::Uuid::random();
  const xen::GptImage gpt = xen::make_gpt(wish, partitions);
  std::string disk = gpt.head;
  for (const std::string& bytes : contents) disk += bytes;
  base::replace_file(file, disk + gpt.tail);
  TestDisk made;
  // As stored: what the header on the disk has.
  std::copy_n(gpt.head.begin() + 512 + 56, made.id.size(), made.id.begin());
  made.fd = attach(file, true, made.device);
  for (std::size_t i = 0; i < partitions.size(); ++i) {
    add_partition(made.fd.get(), static_cast<int>(i + 1), gpt.starts[i], partitions[i].bytes);
  }
  return made;
}

DiskFile make_writable_file(const std::string& directory) {
  const base::Uuid uuid = base::Uuid::random();
  DiskFile made{.path = directory + "/" + uuid.text(), .id = uuid.bytes()};
  base::replace_file(made.path, "");
  if (truncate(made.path.c_str(), 256 << 20) != 0) base::throw_errno("truncate");
  base::run_checked({"mkfs.ext4", "-q", "-F", "-U", uuid.text(), made.path},
                    base::Deadline::after(patience));
  return made;
}

TestDisk attach_writable(const DiskFile& file) {
  TestDisk made;
  made.id = file.id;
  made.fd = attach(file.path, false, made.device);
  return made;
}

std::string make_squashfs(const std::string& tree, const std::string& file) {
  base::run_checked({"mksquashfs", tree, file, "-noappend", "-quiet", "-no-progress", "-comp",
                     "lz4", "-all-root", "-xattrs"},
                    base::Deadline::after(patience));
  return file;
}

}  // namespace guest_init_test
