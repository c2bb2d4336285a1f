#include "guest-init/tools.h"

#include <cstdlib>

#include "guest-init/mini_init.h"
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

bool ran_under_other_name(int argc, char** argv, int& status) {
  const std::string_view name = argc > 0 ? argv[0] : "";
  if (name == mini_init_name && argc == 2) {
    status = run_mini_init(atoi(argv[1]));
    return true;
  }
  for (const Tool& tool : tools) {
    if (tool.argv0 != name) continue;
    status = tool.run();
    return true;
  }
  return false;
}

}  // namespace guest_init
