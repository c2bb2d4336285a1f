#include "guest-init/guest.h"

#include "guest-init/text.h"

namespace guest_init {
namespace {

constexpr std::size_t longest_file = 16 << 10;
constexpr std::uint64_t kib = 1024;

// "MemTotal:  123 kB", in bytes; 0 where there is no such line.
std::uint64_t memory_line(std::string_view text, std::string_view name) {
  while (!text.empty()) {
    std::string_view line = cut(text, '\n');
    if (cut(line, ':') != name) continue;
    while (line.starts_with(' ')) line.remove_prefix(1);
    return kib * to_number<std::uint64_t>(cut(line, ' ')).value_or(0);
  }
  return 0;
}

}  // namespace

protocol::GuestInfo Guest::info() const {
  std::string memory;
  read_file("/proc/meminfo", longest_file, memory);
  const std::uint64_t now = boot_time_ns();
  protocol::GuestInfo info{.containers = containers,
                           .slots = slots,
                           .memory_total = memory_line(memory, "MemTotal"),
                           .memory_available = memory_line(memory, "MemAvailable"),
                           .up_ns = now,
                           .timings = timings};
  if (idle_limit_ns != 0) {
    const std::uint64_t end = idle_since_ns + idle_limit_ns;
    info.idle_left_ns = end > now ? end - now : 0;
  }
  return info;
}

}  // namespace guest_init
