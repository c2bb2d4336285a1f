// File systems to mount, as a table.
#pragma once

#include <span>
#include <string>

#include "guest-init/failure.h"

namespace guest_init {

struct Mount {
  const char* type;
  const char* target;  // made where it is absent
  unsigned long flags;
  const char* options;
};

// In order; stops at the first that fails. What is mounted there already (EBUSY) is fine.
bool mount_all(std::span<const Mount> mounts, Failure& failure);

// Makes the mounts of a guest: /proc, /sys, /dev, /run. First moves off the initramfs, which
// pivot_root(2) cannot leave.
bool mount_guest(Failure& failure);

// Makes an existing mount read-only and keeps its other flags.
bool remount_read_only(const std::string& target, Failure& failure);

}  // namespace guest_init
