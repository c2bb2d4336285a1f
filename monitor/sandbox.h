// What the relay gives up before it reads the guest's first byte: root, every capability, the means
// to get them back, and all system calls but those of its loop.
#pragma once

namespace monitor {

// Becomes nobody (not being root: stays who it is) with no_new_privs and a seccomp filter that
// kills on anything else. Throws where any part cannot be had: a relay with privileges never runs.
void enter_sandbox();

}  // namespace monitor
