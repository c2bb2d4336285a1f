// A container's root file system: each layer mounted read-only, and overlayfs over them with what
// the container writes on its writable disk.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "guest-init/failure.h"

namespace guest_init {

constexpr std::uint32_t max_layers = 127;

// Where a slot's file systems are, below /c/<slot>.
struct ContainerPaths {
  explicit ContainerPaths(std::uint32_t slot) : base("/c/" + std::to_string(slot)) {}
  std::string base;
  std::string writable() const { return base + "/w"; }  // upper and work
  std::string root() const { return base + "/root"; }
  std::string files() const { return base + "/files"; }  // hostname, hosts, resolv.conf
};

// Mounted (layer_mounts.h): "1" is the lowest.
struct Layers {
  std::string directory;
  std::size_t count = 0;
};

// Without a writable disk, what is written is in the guest's memory.
bool mount_overlay(const Layers& layers, const std::optional<std::string>& writable,
                   const ContainerPaths& paths, Failure& failure);
// So that nothing more is written to the disk. Twice is fine.
bool unmount_overlay(const ContainerPaths& paths, Failure& failure);

// "2:1": the top layer first, relative to their directory, so that 127 fit into one page of
// options.
std::string lower_directories(std::size_t layers);

}  // namespace guest_init
