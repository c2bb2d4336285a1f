// What one command says of a registry, as the options of a pull.
#pragma once

#include "base/fd.h"
#include "engine/engine.h"
#include "image/worker_client.h"

namespace engine {

// Files in memory that the options name: they must outlive the pull.
struct AccessFiles {
  base::UniqueFd login;
  base::UniqueFd certificates;
};

// `name`: of the image. Throws where a certificate cannot be read.
AccessFiles apply(const RegistryAccess& access, const image::Reference& name,
                  image::PullOptions& options);

}  // namespace engine
