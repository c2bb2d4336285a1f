// Where a container lives, as a line of text: "INSTANCE UUID SLOT GUID" (docs/state.md,
// "placement").
#pragma once

#include <string>
#include <string_view>

#include "engine/container.h"

namespace engine {

// Of a container in a slot of an instance.
std::string placement_line(const Placement& placement);
// Throws corrupt; `what` names the file.
Placement parse_placement(std::string_view line, const std::string& what);

}  // namespace engine
