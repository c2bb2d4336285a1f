#include "cli/timing.h"

#include <fmt/core.h>

#include <algorithm>

namespace cli {

void print_timing(Output& output, const engine::Timing& timing) {
  std::size_t width = 5;
  for (const engine::Step& step : timing.steps) width = std::max(width, step.name.size());
  const auto line = [&](std::string_view name, double milliseconds) {
    output.line(fmt::format("{:<{}}  {:9.1f} ms", name, width, milliseconds));
  };
  for (const engine::Step& step : timing.steps) line(step.name, step.milliseconds);
  line("total", timing.total);
  output.line(fmt::format("{} processes, {} xenstore requests", timing.processes,
                          timing.xenstore_requests));
}

}  // namespace cli
