#include "engine/placement.h"

#include <fmt/core.h>

#include <vector>

#include "base/error.h"
#include "base/text.h"

namespace engine {

std::string placement_line(const Placement& placement) {
  return fmt::format("{} {} {} {}\n", placement.instance, placement.domain.text(), placement.slot,
                     placement.read_only_disk.text());
}

Placement parse_placement(std::string_view line, const std::string& what) {
  const std::vector<std::string> words = base::split(base::trim(line), ' ');
  const bool whole = words.size() == 4;
  const auto domain = whole ? base::Uuid::parse(words[1]) : std::nullopt;
  const auto slot = whole ? base::parse_number<unsigned>(words[2]) : std::nullopt;
  const auto disk = whole ? base::Uuid::parse(words[3]) : std::nullopt;
  if (!domain || !slot || !disk)
    throw base::Error(base::ErrorKind::corrupt, what + ": not a placement");
  return {.kind = InstanceKind::memres,
          .domain = *domain,
          .slot = *slot,
          .instance = words[0],
          .read_only_disk = *disk};
}

}  // namespace engine
