#include "guest-init/layer_mounts.h"

#include <sys/mount.h>

#include <algorithm>
#include <utility>

#include "guest-init/fd.h"
#include "guest-init/mounts.h"

namespace guest_init {
namespace {

bool mount_layer(const std::string& device, const std::string& target, Failure& failure) {
  if (!make_directories(target)) return fail(failure, FailureStage::mount, "mkdir " + target);
  return mount_type("squashfs", device, target, MS_RDONLY, nullptr, device, failure);
}

std::string layer_in(const std::string& directory, std::size_t number) {
  return directory + "/" + std::to_string(number);
}

bool unmount_layers(const std::string& directory, std::size_t layers, Failure& failure) {
  bool done = true;
  for (std::size_t number = 1; number <= layers; ++number) {
    done = unmount(layer_in(directory, number), failure) && done;
  }
  return done;
}

bool mount_layers(const std::vector<std::string>& devices, const std::string& directory,
                  Failure& failure) {
  for (std::size_t i = 0; i < devices.size(); ++i) {
    if (mount_layer(devices[i], layer_in(directory, i + 1), failure)) continue;
    Failure ignored;
    unmount_layers(directory, i, ignored);
    return false;
  }
  return true;
}

}  // namespace

std::string LayerMounts::take(const protocol::ContainerSpec& spec, Disks& disks,
                              std::string& missing, Failure& failure) {
  const auto same = [&](const Mounted& mounted) { return mounted.id == spec.read_only_disk; };
  const auto there = std::find_if(mounted_.begin(), mounted_.end(), same);
  if (there != mounted_.end()) {
    if (there->layers != spec.layers) {
      fail_with(failure, FailureStage::spec, "a read-only disk with another number of layers");
      return {};
    }
    ++there->users;
    return there->directory;
  }
  auto disk = find_layers(spec, disks, missing);
  if (!disk) return {};
  Mounted fresh{.id = spec.read_only_disk,
                .layers = disk->layers.size(),
                .disk = std::move(disk->name),
                .directory = free_directory(),
                .users = 1};
  if (!mount_layers(disk->layers, fresh.directory, failure)) return {};
  disks.taken.insert(fresh.disk);
  return mounted_.emplace_back(std::move(fresh)).directory;
}

void LayerMounts::give_back(const std::string& directory) {
  for (Mounted& mounted : mounted_) {
    if (mounted.directory == directory && mounted.users > 0) --mounted.users;
  }
}

bool LayerMounts::forget(const std::vector<protocol::DiskId>& ids, Disks& disks, Failure& failure) {
  bool done = true;
  std::erase_if(mounted_, [&](const Mounted& mounted) {
    const bool unwanted = std::find(ids.begin(), ids.end(), mounted.id) != ids.end();
    if (!unwanted || mounted.users > 0) return false;
    if (!unmount_layers(mounted.directory, mounted.layers, failure)) return done = false;
    disks.taken.erase(mounted.disk);
    return true;
  });
  return done;
}

std::string LayerMounts::free_directory() const {
  std::size_t number = 0;
  const auto name = [&] { return "/l/" + std::to_string(number); };
  while (std::any_of(mounted_.begin(), mounted_.end(),
                     [&](const Mounted& mounted) { return mounted.directory == name(); })) {
    ++number;
  }
  return name();
}

}  // namespace guest_init
