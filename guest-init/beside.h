// A process beside a container: it has the container's files, and everything else is the guest's.
#pragma once

#include "guest-init/failure.h"

namespace guest_init {

// Into a mount namespace of our own: the container's, with the guest's /proc, /sys and /dev over
// it. `entrypoint`: a pidfd of the container's first process.
bool stand_beside(int entrypoint, Failure& failure);

}  // namespace guest_init
