// Inside a container's mount namespace: its /proc, /sys, /dev and /etc files, and the way into it.
// What is there and what is hidden follows docker's default specification (moby/oci/defaults.go).
#pragma once

#include <string>

#include "guest-init/failure.h"
#include "guest-init/fd.h"
#include "guest-init/overlay.h"
#include "guest-init/protocol/spec.h"

namespace guest_init {

class ContainerRoot {
 public:
  // pivot_root(2): from here on every path is resolved inside the container. The guest's own tree
  // is reachable by the working directory only, until leave_guest().
  bool enter(const ContainerPaths& paths, Failure& failure);
  // /proc, /sys, /dev, the control group, /etc/hostname, hosts, resolv.conf, and what else is to be
  // mounted; the settings of the kernel.
  bool populate(const protocol::ContainerSpec& spec, Failure& failure);
  // Masks and write-protects, the whole root too where it is to be read-only, and lets go of the
  // guest's tree.
  bool close(const protocol::ContainerSpec& spec, Failure& failure);

 private:
  bool mount_files(Failure& failure);

  Fd guest_tree_;
  std::string files_;  // relative to the guest's root
};

// The device files of a container's /dev (mounted already).
bool make_devices(Failure& failure);
// Makes an empty file to mount over, with the directories that lead to it.
bool make_mount_point(const std::string& path);
// The file of a setting as sysctl(8) names it; empty where it could be another file.
std::string sysctl_path(std::string_view name);

}  // namespace guest_init
