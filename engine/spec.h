// A container's record in the guest's words (docs/guest-protocol.md).
#pragma once

#include "engine/container.h"
#include "engine/engine.h"
#include "guest-init/protocol/spec.h"

namespace engine {

protocol::ContainerSpec container_spec(const ContainerConfig& config);
// `filter`: the container's seccomp filter, where its policy has one.
protocol::ProcessSpec process_spec(const ContainerConfig& config, const std::string& filter);
protocol::ProcessSpec exec_spec(const ContainerConfig& config, const std::string& filter,
                                const ExecRequest& request);

// One of the guest's own tools (guest-init/tools.cc), as root with everything that root has.
protocol::ProcessSpec tool_spec(const std::string& tool);

// The files of its layers' disks, lowest first.
std::vector<std::string> layer_paths(const ContainerConfig& config, const std::string& data_root);
// Where one of its own_layers lies.
std::string own_layer_path(const std::string& id, const std::string& layer,
                           const std::string& data_root);

// The id as it stands in a GPT header: UEFI stores the first three fields of a GUID little-endian.
protocol::DiskId gpt_bytes(const base::Uuid& guid);

}  // namespace engine
