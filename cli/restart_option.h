// The value of --restart.
#pragma once

#include <string_view>

#include "cli/personality.h"
#include "engine/container.h"

namespace cli {

// "no", "on-failure[:MOST]", "always", "unless-stopped"; "" is "no". Throws usage, in the
// personality's words.
engine::RestartPolicy parse_restart(const Messages& messages, std::string_view value);

}  // namespace cli
