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

// Null where there is none of that name.
const Tool* find_tool(std::string_view name);

// For main(): does what is wanted of this execution where it is a tool, or a container's init
// (guest-init/mini_init.h). False where it is neither; else `status` is how it ended.
bool ran_under_other_name(int argc, char** argv, int& status);

}  // namespace guest_init
