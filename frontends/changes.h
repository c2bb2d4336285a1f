// What `import --change` makes of an image's configuration: instructions of a Dockerfile, as docker
// and as podman read them. Both throw usage, in their words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/engine.h"

namespace frontends {

// docker 20.10 (builder/dockerfile, BuildFromConfig): the changes are the lines of a Dockerfile.
image::ImportSpec docker_changes(const std::vector<std::string>& changes);
// podman 4.3 (libimage, ImageConfigFromChanges): each is "KEY VALUE" or "KEY=VALUE", nothing
// expanded.
image::ImportSpec podman_changes(const std::vector<std::string>& changes);

// The words of a JSON array; nullopt where it is none. Throws usage where they are not all texts.
std::optional<std::vector<std::string>> json_words(std::string_view text);
std::vector<std::string> shell_command(std::string_view line);
// Into a set that is kept as a sorted list.
void add_to_set(std::vector<std::string>& set, const std::string& value);

}  // namespace frontends
