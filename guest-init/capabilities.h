// What root in a container may do: docker's default set of capabilities(7).
#pragma once

namespace guest_init {

// Takes everything else off the bounding set, for good.
bool limit_capabilities();
// Sets the effective and permitted sets to docker's, inheritable and ambient to none. Call as root.
bool apply_capabilities();

}  // namespace guest_init
