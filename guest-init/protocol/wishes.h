// What the host wishes of a guest as a whole, as "NAME=NUMBER" on the kernel's command line, which
// hands on to PID 1 what the kernel does not know.
#pragma once

#include <cstdint>

namespace protocol {

// That several containers may be in it at once, and how many at most; without it, it is one
// container's own and ends with it.
constexpr const char* slots_wish = "vxn_slots";
constexpr std::uint32_t most_slots = 512;

// After how many seconds without a container it ends by itself; without it, or 0: never.
constexpr const char* idle_wish = "vxn_idle";

}  // namespace protocol
