// How the guest's refusal to start a process is told: exit codes as docker's, stages as words.
#pragma once

#include "engine/engine.h"
#include "guest-init/protocol/messages.h"

namespace engine {

inline constexpr int own_failure = 125;  // not the container's doing

// 127 where the command is missing, 126 where it cannot be executed, else 125. The text is made
// printable.
StartFailure start_failure(const protocol::Failure& failure);

}  // namespace engine
