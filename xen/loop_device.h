// Loop devices: a file as a block device. Made by ioctl (linux/loop.h), cleared by the kernel when
// the last one who has it open closes it. Works with devtmpfs alone.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/clock.h"
#include "base/fd.h"
#include "xen/access.h"

namespace xen {

// Holds the device open as long as it lives. That nothing else in dom0 looks into it is the part of
// our udev rules (host.h).
class LoopDevice {
 public:
  // Over an open file (which may be nameless). Direct where the file system can.
  static LoopDevice attach(int fd, Access access, Writes writes = Writes::direct);
  // The read-only loop over this file that is there already, else a new one. `index_path` is a file
  // that all who share name: a lock, held only meanwhile, and in it a line for each shared loop
  // ("DEVICE INODE NUMBER"), each verified before it is believed; without it loops are made anew.
  static LoopDevice share(const std::string& path, const std::string& index_path,
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
