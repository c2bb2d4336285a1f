// What a child does between clone(2) and execve(2): a table of stages; the first that fails is told
// to PID 1 and ends the child.
#pragma once

#include <array>

#include "guest-init/launch.h"

namespace guest_init {

using ChildStreams = std::array<Fd, protocol::stream_count>;

[[noreturn]] void run_child(const ProcessPlan& plan, ChildStreams streams, int status);

}  // namespace guest_init
