// Container records as JSON, with a schema number: older ones are read, newer ones refused.
#pragma once

#include <string>
#include <string_view>

#include "engine/container.h"

namespace engine {

constexpr int record_schema = 1;

std::string config_to_json(const ContainerConfig& config);
// `what` names the file in errors: corrupt, or unsupported for a newer schema.
ContainerConfig config_from_json(std::string_view text, std::string_view what);

std::string state_to_json(const State& state);
State state_from_json(std::string_view text, std::string_view what);

}  // namespace engine
