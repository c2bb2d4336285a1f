// Points in time as docker and podman read them in --since and --until.
#pragma once

#include <optional>
#include <string_view>

#include "base/clock.h"

namespace cli {

// "1767323045[.5]" seconds since 1970; "90m", "1h30m": so long before `now`; RFC 3339 with or
// without an offset, seconds or a time of day, then of this host's zone. nullopt for anything else.
std::optional<base::WallTime> parse_moment(std::string_view text, base::WallTime now);

// Go's durations: "1h30m", "1.5s", "-3ms". nullopt for anything else.
std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text);

}  // namespace cli
