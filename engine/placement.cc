#include "engine/placement.h"

#include <fmt/core.h>

#include <vector>

#include "base/error.h"
#include "base/text.h"

namespace engine {

std::string placement_line(const Placement& placement) {
  return fmt::format("{} {} {}\n", placement.instance, placement.domain.text(), placement.slot);
}

Placement parse_placement(std::string_view line, const std::string& what) {
  const std::vector<std::string> words = base::split(base::trim(line), ' ');
  const auto domain = words.size() == 3 ? base::Uuid::parse(words[1]) : std::nullopt;
  const auto slot = domain ? base::parse_number<unsigned>(words[2]) : std::nullopt;
  if (!slot) throw base::Error(base::ErrorKind::corrupt, what + ": not a placement");
  return {.kind = InstanceKind::memres, .domain = *domain, .slot = *slot, .instance = words[0]};
}

}  // namespace engine
