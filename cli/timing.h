// The table of `run --timing`.
#pragma once

#include "cli/output.h"
#include "engine/engine.h"

namespace cli {

// A line for each step and their sum, then what was counted.
void print_timing(Output& output, const engine::Timing& timing);

}  // namespace cli
