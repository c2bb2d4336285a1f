// From execve(2) to the first HELLO, as a table of steps; and what may wait until then.
#pragma once

namespace guest_init {

// Runs as PID 1 for as long as the guest lives. A step that fails before a host can be told is a
// crash with a line on the console; later it fails the container.
[[noreturn]] void run_guest();

}  // namespace guest_init
