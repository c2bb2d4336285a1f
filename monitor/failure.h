// How a failed start in the guest is told: exit codes as docker's, stages as words.
#pragma once

#include "engine/launch.h"
#include "monitor/relay_message.h"

namespace monitor {

constexpr int own_failure = 125;     // not the container's doing
constexpr int destroyed_code = 137;  // as after SIGKILL

// 127 where the command is missing, 126 where it cannot be executed, else 125.
int failure_code(const Message& failed);
engine::LaunchEvent launch_failure(const Message& failed);

}  // namespace monitor
