// A process in a running container that nobody stays attached to.
#pragma once

#include <optional>
#include <string>

#include "engine/engine.h"

namespace engine {

// Asks the monitor at the other end of `connection` for it; returns once it runs, or how it could
// not be started. Throws failure for the monitor's own refusal, unavailable where it does not
// answer.
std::optional<StartFailure> start_exec(int connection, const std::string& spec);

}  // namespace engine
