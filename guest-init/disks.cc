#include "guest-init/disks.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

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

std::optional<std::string> find_disk(const std::string& prefix, Test test,
                                     const protocol::DiskId& id) {
  for (const std::string& name : entries_of(block_devices, prefix)) {
    const Fd disk = open_path("/dev/" + name, O_RDONLY);
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
    if (number && *number >= 1 && *number <= count) devices[*number - 1] = "/dev/" + name;
  }
  return devices;
}

}  // namespace

std::optional<std::vector<std::string>> find_layers(const protocol::ContainerSpec& spec,
                                                    const std::string& prefix,
                                                    std::string& missing) {
  const auto disk = find_disk(prefix, is_gpt_disk, spec.read_only_disk);
  if (!disk) {
    missing = "the read-only disk";
    return {};
  }
  std::vector<std::string> layers = partitions_of(*disk, spec.layers);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (!layers[i].empty()) continue;
    missing = "partition " + std::to_string(i + 1) + " of the read-only disk";
    return {};
  }
  return layers;
}

std::optional<std::string> find_writable(const protocol::DiskId& id, const std::string& prefix) {
  const auto disk = find_disk(prefix, is_ext4_disk, id);
  if (!disk) return {};
  return "/dev/" + *disk;
}

}  // namespace guest_init
