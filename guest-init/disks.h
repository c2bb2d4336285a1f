// Finding a container's disks by what is written on them, whatever their names are: the read-only
// one by the GUID of its GPT (UEFI specification 5.3.2), the writable one by its ext4 UUID.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "guest-init/protocol/spec.h"

namespace guest_init {

struct Disks {
  std::vector<std::string> layers;  // device of partition 1, 2, …: the lowest layer first
  std::optional<std::string> writable;
};

// nullopt where not all of them are there yet; `missing` names the first that is not.
std::optional<Disks> find_disks(const protocol::ContainerSpec& spec, const std::string& prefix,
                                std::string& missing);

}  // namespace guest_init
