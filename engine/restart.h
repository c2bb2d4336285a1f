// Restart policies, as docker has them: whether a container that has ended is started again, and
// when. Its monitor does it (monitor/supervisor_restart.cc).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "engine/container.h"

namespace engine {

// "no", "on-failure", "always" or "unless-stopped".
std::string_view to_string(RestartPolicy::When when);
std::optional<RestartPolicy::When> parse_restart_policy(std::string_view name);

// Not one that somebody ended, nor one whose command the guest could not start.
bool starts_again(const RestartPolicy& policy, const Exited& ended);

// How long to wait before it: a tenth of a second, and twice as long each time, a minute at most;
// from the beginning again for one that ran for ten seconds. `before`: the last wait, 0 for none.
base::Milliseconds restart_wait(base::Milliseconds before, const Exited& ended);

// Whether who sends its command this signal wants the container to end, and to stay so.
bool asks_to_end(const ContainerConfig& config, int signal);

// Whether it is to run once the host is up: what has run, and "always" also where it was stopped.
bool starts_at_boot(const Container& container);

}  // namespace engine
