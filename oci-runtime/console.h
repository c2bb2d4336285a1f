// The terminal of a container under an OCI runtime: a pseudo-terminal of ours, whose master goes to
// who listens at --console-socket (runc, docs/terminals.md).
#pragma once

#include <string>

#include "base/fd.h"
#include "oci-runtime/bundle.h"

namespace oci {

// Returns the slave, raw: the guest has a terminal of its own, which does what terminals do. Throws
// unavailable where nobody listens.
base::UniqueFd offer_console(const std::string& socket_path, const WindowSize& size);

}  // namespace oci
