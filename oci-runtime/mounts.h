// The mounts of an OCI bundle (runtime-spec config.md, "Mounts"): what of them a guest has by
// itself, what it is told of, and what it cannot have.
#pragma once

#include "base/json.h"
#include "engine/requests.h"

namespace oci {

// `bundle`: the directory that relative sources begin at. Throws corrupt, and unsupported naming
// the mount's place and the reason.
void take_mounts(const base::Json& mounts, const std::string& bundle,
                 engine::DirectoryRequest& request);

}  // namespace oci
