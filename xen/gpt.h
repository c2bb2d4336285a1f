// A GUID partition table around partitions that lie one after another (UEFI specification, 5.3).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/random.h"

namespace xen {

inline constexpr unsigned gpt_partition_limit = 127;

struct GptPartition {
  std::uint64_t bytes = 0;  // a multiple of 4096, not 0
  base::Uuid guid;
};

struct GptImage {
  std::string head;                   // before the first partition; a multiple of 4096 bytes
  std::string tail;                   // after the last one; a multiple of 4096 bytes
  std::uint64_t total_bytes = 0;      // of the whole disk
  std::vector<std::uint64_t> starts;  // byte offset of each partition on the disk
};

// Partitions "vxn-1", "vxn-2", … in the order given. The disk is as large as they need, or has
// `total_bytes`, with nothing between the last one and the tail. Throws usage for none, too many, a
// bad size, or more than fits.
GptImage make_gpt(const base::Uuid& disk_guid, const std::vector<GptPartition>& partitions,
                  std::uint64_t total_bytes = 0);

}  // namespace xen
