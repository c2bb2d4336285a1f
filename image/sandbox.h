// Gives up whatever a process does not need before it meets foreign bytes.
#pragma once

#include <sys/types.h>

#include <optional>

#include "image/staging.h"

namespace image {

// Becomes `account` (nobody else where absent, for who is not root) with no supplementary groups
// and no capability, for good: no new privileges, no core dump, no tracing by others of that user,
// no further process or program, no more descriptors than a pull needs. Ends with `parent`. Throws
// denied where any of this fails.
void enter_sandbox(const std::optional<Account>& account, pid_t parent);

}  // namespace image
