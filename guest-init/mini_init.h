// PID 1 of a container that asked for one (`--init`): passes signals on, reaps what nobody waits
// for, and ends as the command does. An execution of guest-init's binary under another name, so
// that it shares no memory with PID 1 of the guest.
#pragma once

#include <sys/types.h>

namespace guest_init {

constexpr const char* mini_init_name = "vxn-init";

// All signals must be blocked. Returns the exit status: the child's, or 128 and its signal.
int run_mini_init(pid_t child);

}  // namespace guest_init
