// Whether a bundle's command is there, before anything is made: engines expect `create` to know.
#pragma once

#include "engine/requests.h"

namespace oci {

// Looks for argv[0] in the root file system as execvp(3) would there. Throws not_found or denied in
// runc's words ("exec: "x": executable file not found in $PATH"), by which engines tell 127 from
// 126.
void require_command(const engine::DirectoryRequest& request);

}  // namespace oci
