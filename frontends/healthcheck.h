// HEALTHCHECK as docker reads it (buildkit, frontend/dockerfile/instructions).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/engine.h"

namespace frontends {

// `text` is "NONE" or "CMD COMMAND"; `flags` are "--interval=5s" and the like. Throws usage.
image::Healthcheck parse_healthcheck(std::string_view text, const std::vector<std::string>& flags);

// A duration as Go writes it: "1m30s", "1.5h", "200ms"; in nanoseconds. Throws usage in Go's words.
std::int64_t parse_duration(std::string_view text);

}  // namespace frontends
