// The names of resource limits, as docker, podman and systemd know them (getrlimit(2)).
#pragma once

#include <optional>
#include <string_view>

namespace base {

// "nofile" → RLIMIT_NOFILE; nullopt for what is none.
std::optional<unsigned> parse_limit_name(std::string_view name);
std::string_view limit_name(unsigned resource);  // "" for what has none

}  // namespace base
