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

// mount(2); a type that the kernel does not have is told as such. `what` is for the failure's text:
// "the writable disk".
bool mount_type(const char* type, const std::string& source, const std::string& target,
                unsigned long flags, const char* options, const std::string& what,
                Failure& failure);

// In order; stops at the first that fails. What is mounted there already (EBUSY) is fine.
bool mount_all(std::span<const Mount> mounts, Failure& failure);

// Makes the mounts of a guest: /proc, /sys, /dev, /run. First moves off the initramfs, which
// pivot_root(2) cannot leave.
bool mount_guest(Failure& failure);

// A mount that is not there is no error.
bool unmount(const std::string& target, Failure& failure);

// Makes an existing mount read-only and keeps its other flags.
bool remount_read_only(const std::string& target, Failure& failure);

}  // namespace guest_init
