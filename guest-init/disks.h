// Finding a container's disks by what is written on them, whatever their names are: the read-only
// one by the GUID of its GPT (UEFI specification 5.3.2), the writable one by its ext4 UUID.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "guest-init/protocol/spec.h"

namespace guest_init {

// The devices of partition 1, 2, …: the lowest layer first. nullopt where not all of them are there
// yet; `missing` names the first that is not.
std::optional<std::vector<std::string>> find_layers(const protocol::ContainerSpec& spec,
                                                    const std::string& prefix,
                                                    std::string& missing);
std::optional<std::string> find_writable(const protocol::DiskId& id, const std::string& prefix);

}  // namespace guest_init
