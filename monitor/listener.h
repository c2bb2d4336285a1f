// A unix socket that a monitor listens at.
#pragma once

#include <string>

#include "base/fd.h"

namespace monitor {

// Takes the place of what is at `path`. Non-blocking.
base::UniqueFd listen_at(const std::string& path);

}  // namespace monitor
