// Device-mapper "linear": pieces of block devices as one, by the kernel's ioctls
// (linux/dm-ioctl.h), without libdevmapper and without udev's part in it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/fd.h"
#include "xen/access.h"

namespace xen {

struct DmSegment {
  dev_t device = 0;          // 0: none; what is read or written there fails
  std::uint64_t offset = 0;  // sectors of 512 bytes, on `device`
  std::uint64_t length = 0;  // sectors
};

// A mapped device. Removed at the end, unless defer_removal() or keep() said otherwise.
class DmDevice {
 public:
  // `name` without the prefixes: the device is named "vxn-NAME", its UUID is "VXN-NAME". Throws
  // already_exists; nothing is left behind where it throws.
  static DmDevice create(const std::string& name, const std::vector<DmSegment>& segments,
                         const base::Deadline& deadline, Access access = Access::read_only);
  // One that is there; nullopt where it is not. It stays.
  static std::optional<DmDevice> find(const std::string& name, const base::Deadline& deadline);
  DmDevice(DmDevice&& other) noexcept;
  DmDevice& operator=(DmDevice&&) = delete;
  ~DmDevice();

  const std::string& path() const { return path_; }  // "/dev/dm-0"
  dev_t device() const { return device_; }
  int fd() const { return fd_.get(); }
  // The kernel removes it when the last one who has it open closes it, us included.
  void defer_removal();
  // It stays until remove_dm_device().
  void keep() { name_.clear(); }

 private:
  DmDevice() = default;
  void open(const base::Deadline& deadline);
  std::string name_;  // empty: nothing to remove
  std::string path_;
  dev_t device_ = 0;
  base::UniqueFd fd_;
};

// Names, without prefix, of all mapped devices that are ours (by UUID).
std::vector<std::string> list_dm_devices();
// From now on the device is these pieces instead, whoever has it open: what is under way ends
// first. Throws not_found where there is none.
void exchange_dm_table(const std::string& name, const std::vector<DmSegment>& segments,
                       Access access);
// Now, or, where it is in use, as soon as it no longer is. Absent is no error.
void remove_dm_device(const std::string& name);

}  // namespace xen
