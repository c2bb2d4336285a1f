// Virtual block devices (vbd), offered to a guest through xenstore alone: no hot-plug script, no xl
// (xen/include/public/io/blkif.h).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "xen/xenstore.h"

namespace xen {

// The vdev number of the index-th disk, and its name in the guest: "xvda", …, "xvdz", "xvdaa". The
// extended scheme (1 << 28 | index << 8) throughout: mixed with the old one the minors collide.
std::uint32_t vdev_number(unsigned index);
std::string vdev_name(unsigned index);

// libxl runs a script whenever it takes a vbd away; ours needs none.
inline constexpr const char* no_script = "/bin/true";

struct BlockDevice {
  DomainId guest;
  unsigned index = 0;  // xvda is 0
  std::string path;    // in dom0, for people and xl: "/dev/dm-0"
  dev_t device = 0;    // what the back end opens
  bool writable = false;
};

// Everything that is written for one, in order. Front-end nodes belong to dom0, so that they cost
// the guest nothing of its quota.
std::vector<Node> block_device_nodes(const BlockDevice& device);

// One transaction for all of them. They must stay open here until connected (or removed). Throws
// not_found, with nothing written, where the domain is gone: nobody would take the nodes away.
void offer(XenStore& store, const std::vector<BlockDevice>& devices);
// For a guest whose kernel has just come up. Linux first looks for devices and then sets its watch:
// what was offered between the two it would never see (frontend_probe_and_watch in Linux'
// drivers/xen/xenbus/xenbus_probe_frontend.c). Writes a node of each front end that has not begun
// anew, which that watch reports.
void remind(XenStore& store, DomainId guest);
// Until the guest's front end is connected to each; throws unavailable at the deadline, failure
// where a back end gave up (with its own words).
void wait_connected(XenStore& store, const std::vector<BlockDevice>& devices,
                    const base::Deadline& deadline);
// Why the guest's front end is not connected to it now; "" where it is.
std::string connection_trouble(XenStore& store, DomainId guest, unsigned index);
// Asks the guest to let go of them, then removes the nodes. False where it did not by the deadline:
// nothing is removed then.
bool detach(XenStore& store, DomainId guest, const std::vector<unsigned>& indexes,
            const base::Deadline& deadline);
// Closes all in the place of a guest that runs no more (paused or ended): the back ends begin to
// let go. One that is just connecting would write its nodes anew if they were removed meanwhile, so
// wait.
void close_for_guest(XenStore& store, DomainId guest);
// False where a back end had not closed by the deadline.
bool wait_closed(XenStore& store, DomainId guest, const base::Deadline& deadline);
// Removes the nodes whatever the guest says; the back end closes the device. Absent is no error.
void force_remove(XenStore& store, DomainId guest, const std::vector<unsigned>& indexes);
// Indexes that have a back end.
std::vector<unsigned> offered(XenStore& store, DomainId guest);

}  // namespace xen
