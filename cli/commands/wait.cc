#include <fmt/core.h>

#include "cli/command_table.h"
#include "cli/container_failure.h"

namespace cli {
namespace {

class WaitForContainers : public Command {
 public:
  void declare(Options&) override {}

  int run(Context& context) override {
    return for_each_container(context, [&](const std::string& name) {
      context.out.line(fmt::format("{}", context.engine().wait(name)));
      context.out.flush();
    });
  }
};

}  // namespace

const CommandEntry wait_command{
    .name = "wait",
    .aliases = "container wait",
    .group = "Commands",
    .summary = "Wait until one or more containers have stopped, and print their exit statuses",
    .usage = "CONTAINER [CONTAINER...]",
    .examples = "{program} wait web",
    .takes = {.least = 1, .most = ArgumentRange::any},
    .interruptible = true,
    .make = make_command<WaitForContainers>,
};

}  // namespace cli
