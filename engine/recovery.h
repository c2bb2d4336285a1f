// Finishing or undoing what a dead process began: no daemon does it, so every command does, before
// it looks at containers.
#pragma once

#include "engine/container_store.h"
#include "engine/settings.h"

namespace engine {

// Brings every container whose process died to a true state: adopts what still runs, records the
// end of what does not, removes what should be gone. Returns at once where there is nothing to do.
void recover(const Settings& settings, ContainerStore& store);

// Ends the container whatever it does, and returns once its domain and disks are gone. The caller
// removes the record. Throws unavailable where that takes too long.
void end_container(const Settings& settings, ContainerStore& store, const Container& container);

// Returns once nobody works any more at a container that has ended. Throws unavailable where that
// takes too long.
void await_end(const ContainerStore& store, const Container& container);

}  // namespace engine
