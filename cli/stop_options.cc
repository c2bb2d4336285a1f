#include "cli/stop_options.h"

#include <fmt/core.h>

#include "base/signals.h"
#include "base/text.h"

namespace cli {

Setter signal_setter(std::optional<int>& target) {
  return [&target](std::string_view value) -> std::optional<std::string> {
    const auto signal = base::parse_signal(value);
    if (!signal) return fmt::format("Invalid signal: {}", base::printable(value));
    target = signal;
    return std::nullopt;
  };
}

Setter seconds_setter(std::optional<int>& target) {
  return [&target](std::string_view value) -> std::optional<std::string> {
    const auto number = base::parse_number<int>(value);
    if (!number || *number < -1) return "not a number of seconds";
    target = number;
    return std::nullopt;
  };
}

void StopOptions::declare(Options& options) {
  options.add({.name = "signal",
               .letter = 's',
               .type = "string",
               .meaning = "Signal to send (default: the container's)",
               .set = signal_setter(request_.signal)});
  declare_time(options);
}

void StopOptions::declare_time(Options& options) {
  options.add({.name = "time",
               .letter = 't',
               .type = "int",
               .meaning = "Seconds to wait before it is killed; -1: for ever (default 10)",
               .set = seconds_setter(request_.seconds)});
  options.add({.name = "timeout",
               .type = "int",
               .meaning = "",
               .set = seconds_setter(request_.seconds),
               .hidden = true});
}

}  // namespace cli
