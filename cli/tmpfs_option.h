// --tmpfs PATH[:OPTIONS] as docker reads it (moby/pkg/mount, MergeTmpfsOptions).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/container.h"

namespace cli {

// With docker's defaults (noexec, nosuid, nodev), which OPTIONS override. Else why not.
std::optional<std::string> parse_tmpfs(std::string_view text, protocol::TmpfsMount& mount);

}  // namespace cli
