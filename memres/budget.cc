#include "memres/budget.h"

#include <algorithm>
#include <array>

#include "guest-init/protocol/wishes.h"

namespace memres {
namespace {

constexpr std::uint64_t mib = 1u << 20;

// What Xen gives a guest, by its own and libxl's defaults, and what is gone of it.
struct Limit {
  std::string_view name;
  std::uint64_t total;
  std::uint64_t guest;      // takes the guest itself
  std::uint64_t container;  // takes each container
};

constexpr std::array limits = {
    // One of the vchan and one of each disk.
    Limit{"event channels", 1023, 32, 3},
    // 34 of the vchan's rings, and of each disk its ring and what is on its way.
    Limit{"grant entries", 32'768, 256, 34 + 2 * 34},
    // Those that the guest owns: of a vchan a directory and two below; disks are dom0's.
    Limit{"xenstore nodes", 1000, 64, 3},
};

constexpr std::uint64_t kernel_memory = 48 * mib;    // of the guest, with what it must keep free
constexpr std::uint64_t container_memory = 2 * mib;  // without its workload
constexpr std::uint64_t kept_free = 16 * mib;

void limit_by(Room& room, std::string_view name, std::uint64_t containers) {
  if (containers >= room.containers) return;
  room = {static_cast<unsigned>(containers), name};
}

std::uint64_t beyond(std::uint64_t total, std::uint64_t part) {
  return total > part ? total - part : 0;
}

}  // namespace

Room room_in(std::uint64_t memory) {
  Room room{protocol::most_slots, "slots"};
  for (const Limit& limit : limits)
    limit_by(room, limit.name, (limit.total - limit.guest) / limit.container);
  limit_by(room, "memory", beyond(memory, kernel_memory) / container_memory);
  return room;
}

Room room_left(unsigned slots, unsigned used_slots, std::uint64_t memory_available) {
  Room room{slots - std::min(slots, used_slots), "slots"};
  for (const Limit& limit : limits)
    limit_by(room, limit.name,
             beyond(limit.total - limit.guest, limit.container * used_slots) / limit.container);
  limit_by(room, "memory", beyond(memory_available, kept_free) / container_memory);
  return room;
}

}  // namespace memres
