// From execve(2) to the first HELLO, as a table of steps; and what may wait until then.
#pragma once

#include "guest-init/transport.h"
#include "guest-init/vchan.h"

namespace guest_init {

// What the agent speaks through: the vchan's own transport, unless a test puts something around it.
using TransportOf = Transport (*)(VchanServer& vchan);

// Runs as PID 1 for as long as the guest lives. A step that fails before a host can be told is a
// crash with a line on the console; later it fails the container.
[[noreturn]] void run_guest(TransportOf transport_of);

}  // namespace guest_init
