// The files of a container's log as the supervisor sees them: it opens and renames, and never reads
// what is in them, which the guest has said.
#pragma once

#include <string>

#include "base/fd.h"
#include "engine/container_store.h"

namespace monitor {

// The newest file, made where it is absent, for appending and reading.
base::UniqueFd open_log(const engine::ContainerStore& records, const std::string& id);
// The newest one that has something in it, for reading: where the last record is. Empty: none.
base::UniqueFd open_last_log(const engine::ContainerStore& records,
                             const engine::ContainerConfig& config);
// Makes the newest the second newest and so on, forgets the oldest, and opens a new one.
base::UniqueFd rotate_log(const engine::ContainerStore& records,
                          const engine::ContainerConfig& config);

}  // namespace monitor
