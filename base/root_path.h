// Paths below a directory that is somebody else's root: every link leads where it does after a
// chroot.
#pragma once

#include <string>

#include "base/fd.h"

namespace base {

// openat2(2) with RESOLVE_IN_ROOT, close-on-exec; empty, with errno, where it cannot be opened.
UniqueFd open_in_root(int root, const std::string& path, int flags);

}  // namespace base
