// How large a container's files are, as `ps --size` and `inspect --size` tell it.
#pragma once

#include "cli/context.h"
#include "cli/personality.h"

namespace cli {

ContainerSize container_size(Context& context, const engine::ContainerConfig& config);

}  // namespace cli
