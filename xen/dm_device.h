// Device-mapper "linear": pieces of block devices as one, by the kernel's ioctls
// (linux/dm-ioctl.h), without libdevmapper and without udev's part in it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/fd.h"

namespace xen {

struct DmSegment {
  dev_t device = 0;
  std::uint64_t offset = 0;  // sectors of 512 bytes, on `device`
  std::uint64_t length = 0;  // sectors
};

// A read-only mapped device. Removed at the end, unless defer_removal() said otherwise.
class DmDevice {
 public:
  // `name` without the prefixes: the device is named "vxn-NAME", its UUID is "VXN-NAME". Throws
  // already_exists; nothing is left behind where it throws.
  static DmDevice create(const std::string& name, const std::vector<DmSegment>& segments,
                         const base::Deadline& deadline);
  DmDevice(DmDevice&& other) noexcept;
  DmDevice& operator=(DmDevice&&) = delete;
  ~DmDevice();

  const std::string& path() const { return path_; }  // "/dev/dm-0"
  dev_t device() const { return device_; }
  int fd() const { return fd_.get(); }
  // The kernel removes it when the last one who has it open closes it, us included.
  void defer_removal();

 private:
  DmDevice() = default;
  std::string name_;  // empty: nothing to remove
  std::string path_;
  dev_t device_ = 0;
  base::UniqueFd fd_;
};

// Names, without prefix, of all mapped devices that are ours (by UUID).
std::vector<std::string> list_dm_devices();
// Now, or, where it is in use, as soon as it no longer is. Absent is no error.
void remove_dm_device(const std::string& name);

}  // namespace xen
