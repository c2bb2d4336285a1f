// All layers of an image as ONE read-only disk whose partitions the guest's kernel finds by itself:
// a GPT from memory and one shared loop device per layer, joined by device-mapper.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "xen/dm_device.h"
#include "xen/loop_device.h"

namespace xen {

struct LayeredDiskRequest {
  std::vector<std::string> layers;  // disk image files, lowest first: partition 1, 2, …
  base::Uuid guid;                  // of the disk; the partitions' are derived from it
  std::string name;                 // of the dm device, "vxn-NAME"
  std::string run_directory;        // must exist; the lock for shared loops is there
  std::uint64_t total_bytes = 0;    // of the disk; 0: what it needs
};

// What such a disk is made of: the segments lie on the loops, which must outlive the device.
struct LayeredTable {
  std::vector<LoopDevice> loops;
  std::vector<DmSegment> segments;
};
LayeredTable make_layered_table(const LayeredDiskRequest& request, const base::Deadline& deadline);

// Owns what it is made of. Nothing of it is on disk: when the last descriptor on it closes, the
// kernel takes all of it apart (after defer_removal()).
class LayeredDisk {
 public:
  static LayeredDisk assemble(const LayeredDiskRequest& request, const base::Deadline& deadline);

  const std::string& path() const { return device_.path(); }
  dev_t device() const { return device_.device(); }
  // To be called once the back end has it open (wait_connected()).
  void defer_removal() { device_.defer_removal(); }

 private:
  LayeredDisk(std::vector<LoopDevice> loops, DmDevice device)
      : loops_(std::move(loops)), device_(std::move(device)) {}
  std::vector<LoopDevice> loops_;  // outlive the device on them
  DmDevice device_;
};

}  // namespace xen
