// What root in a container may do: a set of capabilities(7), a bit for each.
#pragma once

#include <cstdint>

namespace guest_init {

// Takes everything else off the bounding set, for good; what this kernel does not know is left out.
bool limit_capabilities(std::uint64_t allowed);
// Sets the effective and permitted sets to what is left of `allowed`, inheritable and ambient to
// none. Call as root.
bool apply_capabilities(std::uint64_t allowed);

}  // namespace guest_init
