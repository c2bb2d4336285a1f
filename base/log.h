// The debug log (--debug): lines on standard error with the seconds since start.
#pragma once

#include <fmt/core.h>

#include <string_view>
#include <utility>

namespace base {

enum class LogLevel { error, warning, debug };

// Process-wide; warning at start. Prefix is the program's name.
void set_log_level(LogLevel level);
LogLevel log_level();
void set_log_prefix(std::string_view prefix);
void log_line(LogLevel level, std::string_view text);

template <typename... Args>
void log_debug(fmt::format_string<Args...> format, Args&&... args) {
  if (log_level() >= LogLevel::debug)
    log_line(LogLevel::debug, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void log_warning(fmt::format_string<Args...> format, Args&&... args) {
  if (log_level() >= LogLevel::warning)
    log_line(LogLevel::warning, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace base
