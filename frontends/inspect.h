// `inspect` of a container: docker's document, and podman's, which has the same heart.
#pragma once

#include "cli/personality.h"

namespace frontends {

base::Json docker_inspect(const engine::Container& container, const cli::InspectFacts& facts);
base::Json podman_inspect(const engine::Container& container, const cli::InspectFacts& facts);

}  // namespace frontends
