#include "cli/command_table.h"
#include "cli/container_failure.h"
#include "cli/starting.h"
#include "cli/stop_options.h"

namespace cli {
namespace {

class RestartContainers : public Command {
 public:
  void declare(Options& options) override { options_.declare(options); }

  int run(Context& context) override {
    return for_each_name(
        context, false,
        [&](const std::string& name) {
          context.engine().stop(name, options_.request());
          start_container(context, name);
        },
        [&](const base::Error& error, const std::string& name) {
          return container_failure(context, error, name);
        });
  }

 private:
  StopOptions options_;
};

}  // namespace

const CommandEntry restart_command{
    .name = "restart",
    .aliases = "container restart",
    .group = "Commands",
    .summary = "Stop one or more containers and start them again",
    .usage = "[OPTIONS] CONTAINER [CONTAINER...]",
    .examples = "{program} restart web",
    .takes = {.least = 1, .most = ArgumentRange::any},
    .interruptible = true,
    .make = make_command<RestartContainers>,
};

}  // namespace cli
