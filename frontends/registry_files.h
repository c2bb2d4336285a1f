// Whose files say where images are fetched from.
#pragma once

#include "engine/registries.h"

namespace frontends {

engine::RegistryFiles docker_registry_files();
engine::RegistryFiles podman_registry_files();

}  // namespace frontends
