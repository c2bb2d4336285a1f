// The kernel's word that a device came or went (netlink(7), NETLINK_KOBJECT_UEVENT).
#pragma once

#include "guest-init/fd.h"

namespace guest_init {

// Open it before the first look at /sys: what comes later is told. Non-blocking.
Fd open_uevents();
// Forgets what was told; the caller looks at /sys itself.
void drain_uevents(int fd);

}  // namespace guest_init
