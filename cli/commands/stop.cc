#include "cli/command_table.h"
#include "cli/container_failure.h"
#include "cli/starting.h"
#include "cli/stop_options.h"

namespace cli {
namespace {

// `restart` starts what it has stopped.
template <bool again>
class StopContainers : public Command {
 public:
  void declare(Options& options) override { options_.declare(options); }

  int run(Context& context) override {
    return for_each_container(context, [&](const std::string& name) {
      context.engine().stop(name, options_.request());
      if (again)
        start_container(context, name);
      else
        context.out.line(name);
    });
  }

 private:
  StopOptions options_;
};

}  // namespace

const CommandEntry stop_command{
    .name = "stop",
    .aliases = "container stop",
    .group = "Commands",
    .summary = "Stop one or more running containers",
    .usage = "[OPTIONS] CONTAINER [CONTAINER...]",
    .examples =
        "{program} stop web db\n"
        "{program} stop -t 60 db",
    .takes = {.least = 1, .most = ArgumentRange::any},
    .interruptible = true,
    .make = make_command<StopContainers<false>>,
};

const CommandEntry restart_command{
    .name = "restart",
    .aliases = "container restart",
    .group = "Commands",
    .summary = "Stop one or more containers and start them again",
    .usage = "[OPTIONS] CONTAINER [CONTAINER...]",
    .examples = "{program} restart web",
    .takes = {.least = 1, .most = ArgumentRange::any},
    .interruptible = true,
    .make = make_command<StopContainers<true>>,
};

}  // namespace cli
