// Facts about the machine that we run on, as doctor, info and the first check of `run` ask them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace xen {

// Whether this is a dom0 on Xen: two look-ups in the file system.
bool running_on_xen();
// Throws unavailable, "this machine runs no Xen hypervisor".
void require_xen();
// "4.17.6-pre" from /sys/hypervisor; empty without Xen.
std::string xen_version();

// What `xl info` prints.
struct XlInfo {
  std::string xen_version;
  std::uint64_t total_memory_mib = 0;
  std::uint64_t free_memory_mib = 0;
  unsigned cpus = 0;
  std::vector<std::string> virt_caps;  // "pv", "hvm", "hap", …
  bool has(std::string_view capability) const;
};
XlInfo parse_xl_info(std::string_view text);
// Throws not_found where xl is missing, unavailable where it fails.
XlInfo xl_info(const base::Deadline& deadline);
// The program's path, by PATH and the usual sbin directories.
std::optional<std::string> find_xl();
bool xenstored_answers();

// A kernel feature of dom0 that we need, and the module that brings it.
struct HostModule {
  std::string name;      // "xen-blkback"
  std::string evidence;  // a path that exists once it is there
  bool present = false;
  bool loadable = false;  // modprobe knows it
};
std::vector<HostModule> host_modules();
// Makes dom0 ready for our devices: loads the modules that lack, and tells udev to leave our
// devices alone (ensure_udev_rules). Throws not_found naming the modules that cannot be had.
void ensure_modules(const base::Deadline& deadline);
// Where udev runs: rules by which it, LVM and md leave our loop and mapped devices alone, whatever
// a guest wrote on them. Does nothing where the package has installed them (or we have, this boot).
void ensure_udev_rules(const base::Deadline& deadline);

}  // namespace xen
