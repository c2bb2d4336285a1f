// One device-mapper ioctl: its header and what follows (linux/dm-ioctl.h).
#pragma once

#include <sys/ioctl.h>
#include <sys/types.h>

// After them: it uses what they define.
#include <linux/dm-ioctl.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/fd.h"

namespace xen {

struct DmTarget {
  std::uint64_t start = 0;   // sectors of 512 bytes
  std::uint64_t length = 0;  // sectors
  std::string type;          // "linear"
  std::string parameters;
};

// As the kernel wants them to follow the header of DM_TABLE_LOAD.
std::string encode_dm_targets(const std::vector<DmTarget>& targets);
// Names in an answer of DM_LIST_DEVICES, `data` being what follows its header. Throws corrupt.
std::vector<std::string> parse_dm_names(std::string_view data);

class DmControl {
 public:
  DmControl();  // throws unavailable where dom0's kernel has no device-mapper

  // 0, or errno. Of `header`, version and sizes are filled in; it is the kernel's answer
  // afterwards. `data` is what follows it, both ways.
  int call(unsigned long request, dm_ioctl& header, std::string& data);
  int call(unsigned long request, dm_ioctl& header);

 private:
  base::UniqueFd fd_;
};

}  // namespace xen
