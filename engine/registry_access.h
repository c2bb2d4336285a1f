// What one command says of a registry, as the options of a pull.
#pragma once

#include "base/fd.h"
#include "engine/engine.h"
#include "engine/registries.h"
#include "image/worker_client.h"

namespace engine {

// The platform that is asked for, else the settings', else the host's.
image::Platform wanted_platform(const Settings& settings, const std::string& asked);
// What the settings and this host's files say of registries.
image::PullOptions registry_options(const Settings& settings, const Registries& registries);

// A file in memory that the options name: it must outlive the pull.
struct AccessFiles {
  base::UniqueFd login;
};

// `name`: of the image; options.places are asked for it, where there are any. A login that a
// program keeps for a registry ("credHelpers", "credsStore") is fetched, and of `certificate_roots`
// what there is for it. Throws where a certificate cannot be read, or the program fails.
AccessFiles apply(const RegistryAccess& access, const image::Reference& name,
                  const std::vector<std::string>& certificate_roots, image::PullOptions& options);

}  // namespace engine
