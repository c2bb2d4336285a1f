// `top` in docker's and in podman's manner.
#pragma once

#include "cli/personality.h"

namespace frontends {

cli::TopStyle docker_top();
cli::TopStyle podman_top();

}  // namespace frontends
