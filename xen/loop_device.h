// Loop devices: a file as a block device. Made by ioctl (linux/loop.h), cleared by the kernel when
// the last one who has it open closes it. Works with devtmpfs alone.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/clock.h"
#include "base/fd.h"

namespace xen {

enum class Access { read_only, read_write };

// Holds the device open, and locked against udev's probing, as long as it lives. Read-only loops
// over our shared layers are not locked.
class LoopDevice {
 public:
  // Over an open file (which may be nameless). Direct I/O where the file system can.
  static LoopDevice attach(int fd, Access access);
  // The read-only loop over this file that is there already, else a new one. `lock_path` is a lock
  // file that all who share name; held only meanwhile.
  static LoopDevice share(const std::string& path, const std::string& lock_path,
                          const base::Deadline& deadline);

  const std::string& path() const { return path_; }  // "/dev/loop3"
  dev_t device() const { return device_; }
  int fd() const { return fd_.get(); }

 private:
  LoopDevice(std::string path, dev_t device, base::UniqueFd fd)
      : path_(std::move(path)), device_(device), fd_(std::move(fd)) {}
  std::string path_;
  dev_t device_;
  base::UniqueFd fd_;
};

}  // namespace xen
