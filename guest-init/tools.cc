#include "guest-init/tools.h"

#include "guest-init/process_list.h"

namespace guest_init {
namespace {

constexpr Tool tools[] = {
    {"processes", "vxn-processes", print_processes},
};

}  // namespace

const Tool* find_tool(std::string_view name) {
  for (const Tool& tool : tools) {
    if (tool.name == name) return &tool;
  }
  return nullptr;
}

const Tool* tool_called(std::string_view argv0) {
  for (const Tool& tool : tools) {
    if (tool.argv0 == argv0) return &tool;
  }
  return nullptr;
}

}  // namespace guest_init
