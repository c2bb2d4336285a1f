#include "xen/domain.h"

#include <fmt/format.h>

namespace xen {

std::string to_string(DomainId domain) { return fmt::format("{}", domain.number); }

std::string_view to_string(GuestType type) { return type == GuestType::pv ? "pv" : "pvh"; }

std::optional<GuestType> parse_guest_type(std::string_view text) {
  if (text == "pv") return GuestType::pv;
  if (text == "pvh") return GuestType::pvh;
  return std::nullopt;
}

// libxl_domain_need_memory(): the guest's memory, for PVH the paging pool (1 MiB per processor and
// 8 KiB per MiB) and 2 MiB, for PV 1 MiB; then up to the next whole 2 MiB.
std::uint64_t host_memory_mib(const DomainConfig& config) {
  std::uint64_t kib = config.memory_mib * 1024;
  if (config.type == GuestType::pvh)
    kib += config.vcpus * std::uint64_t{1024} + config.memory_mib * 8 + 2048;
  else
    kib += 1024;
  kib += 2048 - kib % 2048;
  return kib / 1024;
}

std::string_view to_string(DomainInfo::State state) {
  switch (state) {
    case DomainInfo::State::running:
      return "running";
    case DomainInfo::State::paused:
      return "paused";
    case DomainInfo::State::shutdown:
      return "shutdown";
    case DomainInfo::State::crashed:
      return "crashed";
    case DomainInfo::State::dying:
      return "dying";
  }
  return "unknown";
}

bool has_ended(DomainInfo::State state) {
  return state != DomainInfo::State::running && state != DomainInfo::State::paused;
}

}  // namespace xen
