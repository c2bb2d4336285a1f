// What one command says of a registry, as the options of a pull.
#pragma once

#include "base/fd.h"
#include "engine/engine.h"
#include "image/worker_client.h"

namespace engine {

// The platform that is asked for, else the settings', else the host's.
image::Platform wanted_platform(const Settings& settings, const std::string& asked);
// What the settings say of registries.
image::PullOptions registry_options(const Settings& settings, const image::NameDefaults& names);

// Files in memory that the options name: they must outlive the pull.
struct AccessFiles {
  base::UniqueFd login;
  base::UniqueFd certificates;
};

// `name`: of the image. A login that a program keeps for a registry ("credHelpers", "credsStore")
// is fetched. Throws where a certificate cannot be read, or the program fails.
AccessFiles apply(const RegistryAccess& access, const image::Reference& name,
                  image::PullOptions& options);

}  // namespace engine
