// Options of docker's and podman's `run` and `create` that a container here cannot honour: each is
// refused with the reason, never ignored.
#pragma once

#include "cli/options.h"

namespace cli {

void declare_refused(Options& options);

}  // namespace cli
