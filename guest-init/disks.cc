#include "guest-init/disks.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "guest-init/fd.h"
#include "guest-init/text.h"

namespace guest_init {
namespace {

const std::string block_devices = "/sys/block/";
constexpr off_t gpt_guid = 56;  // in the header, which is logical block 1
constexpr off_t ext4_superblock = 1024;
constexpr off_t ext4_magic = 0x38;
constexpr off_t ext4_uuid = 0x68;

std::vector<std::string> entries_of(const std::string& directory, const std::string& prefix) {
  std::vector<std::string> names;
  const auto close = [](DIR* open) { closedir(open); };
  const std::unique_ptr<DIR, decltype(close)> open(opendir(directory.c_str()), close);
  while (open != nullptr) {
    const dirent* entry = readdir(open.get());
    if (entry == nullptr) break;
    if (std::string_view(entry->d_name).starts_with(prefix)) names.emplace_back(entry->d_name);
  }
  return names;
}

std::optional<unsigned> number_in(const std::string& path) {
  std::string text;
  if (!read_file(path, 64, text)) return {};
  std::string_view rest = text;
  return to_number<unsigned>(cut(rest, '\n'));
}

bool holds(int disk, off_t offset, const void* expected, std::size_t size) {
  char found[32];
  return size <= sizeof found && pread(disk, found, size, offset) == static_cast<ssize_t>(size) &&
         memcmp(found, expected, size) == 0;
}

using Test = bool (*)(const std::string& name, int disk, const protocol::DiskId& id);

bool is_gpt_disk(const std::string& name, int disk, const protocol::DiskId& id) {
  const off_t header = number_in(block_devices + name + "/queue/logical_block_size").value_or(512);
  return holds(disk, header, "EFI PART", 8) && holds(disk, header + gpt_guid, id.data(), id.size());
}

bool is_ext4_disk(const std::string&, int disk, const protocol::DiskId& id) {
  return holds(disk, ext4_superblock + ext4_magic, "\x53\xef", 2) &&
         holds(disk, ext4_superblock + ext4_uuid, id.data(), id.size());
}

std::optional<std::string> find_disk(const Disks& disks, Test test, const protocol::DiskId& id) {
  for (const std::string& name : entries_of(block_devices, disks.prefix)) {
    if (disks.taken.contains(name)) continue;
    const Fd disk = open_path(device_of(name), O_RDONLY);
    if (disk && test(name, disk.get(), id)) return name;
  }
  return {};
}

// By number: the kernel's names differ (xvda1, loop0p1).
std::vector<std::string> partitions_of(const std::string& disk, std::size_t count) {
  std::vector<std::string> devices(count);
  const std::string directory = block_devices + disk + "/";
  for (const std::string& name : entries_of(directory, disk)) {
    std::string file = directory;
    file.append(name).append("/partition");
    const auto number = number_in(file);
    if (number && *number >= 1 && *number <= count) devices[*number - 1] = device_of(name);
  }
  return devices;
}

// False: there are none, or somebody still has one of those before open.
bool read_partitions(const std::string& disk) {
  const Fd device = open_path(device_of(disk), O_RDONLY);
  return device && ioctl(device.get(), BLKRRPART) == 0;
}

bool know_partitions(const std::string& disk, const protocol::DiskId& id, Disks& disks) {
  if (!disks.exchanged) return true;
  const auto known = disks.partitioned.find(disk);
  if (known != disks.partitioned.end() && known->second == id) return true;
  if (!read_partitions(disk)) return false;
  disks.partitioned[disk] = id;
  return true;
}

}  // namespace

std::optional<LayeredDisk> find_layers(const protocol::ContainerSpec& spec, Disks& disks,
                                       std::string& missing) {
  const auto disk = find_disk(disks, is_gpt_disk, spec.read_only_disk);
  if (!disk || !know_partitions(*disk, spec.read_only_disk, disks)) {
    missing = disk ? "the partition table of the read-only disk" : "the read-only disk";
    return {};
  }
  std::vector<std::string> layers = partitions_of(*disk, spec.layers);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (!layers[i].empty()) continue;
    missing = "partition " + std::to_string(i + 1) + " of the read-only disk";
    return {};
  }
  return LayeredDisk{*disk, std::move(layers)};
}

std::optional<std::string> find_writable(const protocol::DiskId& id, const Disks& disks) {
  return find_disk(disks, is_ext4_disk, id);
}

}  // namespace guest_init
