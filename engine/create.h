// From what a user asked for and what an image says to a container's record.
#pragma once

#include "engine/engine.h"

namespace engine {

// Entrypoint, command, environment, user and directory after docker's rules. Throws usage where no
// command results.
ContainerConfig resolve(const CreateRequest& request, const image::Image& image,
                        const Settings& settings);

// What every container has of its own: id, names for its domain and disks, and the host's settings.
void identify(ContainerConfig& config, const Settings& settings);
// As many processors as there is work for: those of its list, or as many as its time could fill.
unsigned vcpus_for(const std::string& cpuset, std::uint64_t nano_cpus, const Settings& settings);

// docker's: an override by name, the others appended.
std::vector<std::string> merge_environment(std::vector<std::string> base,
                                           const std::vector<std::string>& overrides);

// Refuses an image that this host's guests cannot run (unsupported), before anything is made.
void require_platform(const image::Image& image, const image::Platform& host);

}  // namespace engine
