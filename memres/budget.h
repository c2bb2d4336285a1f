// How many containers a guest has room for, by what each of them takes of what Xen and the guest
// have (docs/decisions/0021-memres.md has where the figures are from).
#pragma once

#include <cstdint>
#include <string_view>

namespace memres {

struct Room {
  unsigned containers = 0;
  std::string_view limit;  // what there is too little of for one more: "memory"
};

// In a fresh guest of that much memory (bytes).
Room room_in(std::uint64_t memory);

// Of how many more, beside `containers`, in a guest with that many slots and that much memory left.
Room room_left(unsigned slots, unsigned used_slots, std::uint64_t memory_available);

}  // namespace memres
