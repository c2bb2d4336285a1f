// The personalities: docker's for vxn and vdkr, podman's for vpdmn. Docker's are worded after
// docker 20.10, podman's after podman 4.3, the versions of Debian 12.
#pragma once

#include <string_view>

#include "cli/personality.h"

namespace frontends {

cli::Personality docker_personality(std::string_view program);
cli::Personality podman_personality(std::string_view program);

}  // namespace frontends
