// A container's root file system: each layer mounted read-only, and overlayfs over them with what
// the container writes on its writable disk.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "guest-init/failure.h"

namespace guest_init {

constexpr std::uint32_t max_layers = 127;

// Where a slot's file systems are, below /c/<slot>.
struct ContainerPaths {
  explicit ContainerPaths(std::uint32_t slot) : base("/c/" + std::to_string(slot)) {}
  std::string base;
  std::string layers() const { return base + "/l"; }    // l/1, l/2, …
  std::string writable() const { return base + "/w"; }  // upper and work
  std::string root() const { return base + "/root"; }
  std::string files() const { return base + "/files"; }  // hostname, hosts, resolv.conf
};

// First the layers, by their devices, the lowest first.
bool mount_layers(std::span<const std::string> devices, const ContainerPaths& paths,
                  Failure& failure);
// Then the rest. Without a writable disk, what is written is in the guest's memory.
bool mount_overlay(const std::optional<std::string>& writable, std::size_t layers,
                   const ContainerPaths& paths, Failure& failure);
// Everything that both made, so that nothing more is written to the disks. Twice is fine.
bool unmount_overlay(const ContainerPaths& paths, std::size_t layers, Failure& failure);

// "2:1": the top layer first, relative to layers(), so that 127 fit into one page of options.
std::string lower_directories(std::size_t layers);

}  // namespace guest_init
