// What the guest does in a container without a program of the container's image: executions of
// guest-init's own binary under other names, in the container's namespaces.
#pragma once

#include <string_view>

namespace guest_init {

struct Tool {
  std::string_view name;  // in ProcessSpec
  const char* argv0;
  int (*run)();  // the exit status
};

// Null where there is none of that name, or that is called so.
const Tool* find_tool(std::string_view name);
const Tool* tool_called(std::string_view argv0);

}  // namespace guest_init
