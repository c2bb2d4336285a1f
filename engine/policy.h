// What a container's processes may do and use: from what was asked for to what is recorded.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "engine/engine.h"

namespace engine {

// The sets and switches that follow from the capabilities that are wanted and from `privileged`.
// Throws usage for a capability that is none.
Policy resolve_policy(Policy wanted);

// The filter of system calls that the container gets, as the kernel takes it; "" for none. That of
// the default profile is kept in DATA_ROOT/seccomp, since compiling it takes longer than all else
// that `create` does. Throws what compile_seccomp() throws.
std::string seccomp_filter(const CreateRequest& request, const Policy& policy,
                           const std::string& data_root);

base::Json policy_to_json(const Policy& policy);
// Absent (null) in records of before there was one. Throws corrupt naming `what`.
Policy policy_from_json(const base::Json* record, std::string_view what);
base::Json tmpfs_to_json(const std::vector<protocol::TmpfsMount>& mounts);
std::vector<protocol::TmpfsMount> tmpfs_from_json(const base::Json* record);

}  // namespace engine
