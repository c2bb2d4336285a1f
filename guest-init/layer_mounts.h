// The layers of images, each mounted once for all containers that have the same read-only disk.
#pragma once

#include <string>
#include <vector>

#include "guest-init/disks.h"
#include "guest-init/failure.h"

namespace guest_init {

class LayerMounts {
 public:
  // The directory in which they are, "1" the lowest: one user more. Empty where they are not:
  // `missing` names what is not there yet, or `failure` tells.
  std::string take(const protocol::ContainerSpec& spec, Disks& disks, std::string& missing,
                   Failure& failure);
  // One user less. They stay mounted, and what has been read of them in memory: the next container
  // may be of the same image.
  void give_back(const std::string& directory);
  // Those of `ids` that have no user are unmounted, and nobody has the disks; where false,
  // `failure` tells.
  bool forget(const std::vector<protocol::DiskId>& ids, Disks& disks, Failure& failure);

 private:
  struct Mounted {
    protocol::DiskId id;
    std::size_t layers = 0;
    std::string disk;
    std::string directory;
    unsigned users = 0;
  };
  std::string free_directory() const;

  std::vector<Mounted> mounted_;
};

}  // namespace guest_init
