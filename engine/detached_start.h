// A start that nobody stays attached to: what its monitor tells until the container runs.
#pragma once

#include <optional>

#include "base/error.h"
#include "base/fd.h"
#include "engine/engine.h"
#include "engine/launch.h"

namespace engine {

// Returns once the entrypoint runs, or how the guest could not start it. Throws what the host could
// not do, once that is cleaned up. SIGINT and SIGTERM cancel where they are watched
// (base::InterruptGuard): throws interrupted, once everything is gone.
std::optional<StartFailure> await_start(const base::UniqueFd& launch);

// What a `failure` and an `error` event say.
StartFailure start_failure(const LaunchEvent& event);
base::Error launch_error(const LaunchEvent& event);

}  // namespace engine
