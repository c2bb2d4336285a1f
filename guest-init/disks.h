// Finding a container's disks by what is written on them, whatever their names are: the read-only
// one by the GUID of its GPT (UEFI specification 5.3.2), the writable one by its ext4 UUID.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "guest-init/protocol/spec.h"

namespace guest_init {

// Where to look.
struct Disks {
  std::string prefix = "xvd";   // of the names of disks
  std::set<std::string> taken;  // names of those that containers have: none is another's
  // The host may exchange what is on a disk that no container has: then the partitions that the
  // kernel knows are those of the GUID that is noted here.
  bool exchanged = false;
  std::map<std::string, protocol::DiskId> partitioned;
};

struct LayeredDisk {
  std::string name;                 // of the disk
  std::vector<std::string> layers;  // devices of partition 1, 2, …: the lowest layer first
};

// nullopt where not all of its partitions are there yet; `missing` names the first that is not.
std::optional<LayeredDisk> find_layers(const protocol::ContainerSpec& spec, Disks& disks,
                                       std::string& missing);
// Its name.
std::optional<std::string> find_writable(const protocol::DiskId& id, const Disks& disks);
inline std::string device_of(const std::string& disk) { return "/dev/" + disk; }

}  // namespace guest_init
