// What a process may do and use beside its user's rights: limits, the OOM killer's preference,
// no_new_privs, the filter of its system calls. Each is of the calling process, and lasts.
#pragma once

#include "guest-init/failure.h"
#include "guest-init/protocol/spec.h"

namespace guest_init {

// Docker's defaults, and `spec.limits` over them. As root.
bool set_limits(const protocol::ProcessSpec& spec, Failure& failure);

// In the container's root, whose /proc is mounted. As root.
bool set_oom_score(const protocol::ProcessSpec& spec, Failure& failure);

// Without no_new_privs a filter needs CAP_SYS_ADMIN, and so comes before the user's rights are
// taken: the filter must let that pass, as under docker. Does nothing where it is not its turn.
bool filter_as_root(const protocol::ProcessSpec& spec, Failure& failure);
// no_new_privs, and the filter after it.
bool filter_unprivileged(const protocol::ProcessSpec& spec, Failure& failure);

}  // namespace guest_init
