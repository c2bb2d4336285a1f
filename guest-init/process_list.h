// The tool "processes" (docs/guest-protocol.md): the container's processes, as its own /proc tells.
#pragma once

#include <string>
#include <string_view>

namespace guest_init {

// On standard output, without itself.
int print_processes();

// What one line is made of. `stat` is /proc/PID/stat, `command_line` /proc/PID/cmdline; `now_ms` is
// the wall clock and `up_ms` the time since boot, in milliseconds. Empty where `stat` is none.
struct ProcessTexts {
  std::string_view stat;
  std::string_view status;
  std::string_view command_line;
  std::string_view passwd;
  long long now_ms = 0;
  long long up_ms = 0;
};
std::string process_line(const ProcessTexts& texts);

}  // namespace guest_init
