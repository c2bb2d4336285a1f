// How a failed start in the guest is told to who wanted it.
#pragma once

#include "engine/launch.h"
#include "engine/start_failure.h"
#include "monitor/relay_message.h"

namespace monitor {

using engine::own_failure;
constexpr int destroyed_code = 137;  // as after SIGKILL

engine::StartFailure start_failure(const Message& failed);
engine::LaunchEvent launch_failure(const Message& failed);

}  // namespace monitor
