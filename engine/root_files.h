// Files of the host laid out as they shall stand in a container whose root is a directory of the
// host.
#pragma once

#include <string>
#include <vector>

#include "engine/requests.h"

namespace engine {

// Copies each of `files` to its target below `staging`, an empty directory of ours, with its own
// owner and mode. The directories on the way, and `staging` itself, are like those of `root`; a
// link on the way leads where it leads in `root`. Throws unsupported for what is no regular file or
// larger than 16 MiB, usage for a target that is not absolute.
void lay_files(const std::vector<CopiedFile>& files, const std::string& root,
               const std::string& staging);

}  // namespace engine
