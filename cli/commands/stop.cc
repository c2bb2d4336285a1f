#include "cli/chosen_containers.h"
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
  void declare(Options& options) override {
    options_.declare(options);
    chosen_.declare(options, 'a');
    chosen_.declare_files(options);
    if (again)
      options.add_switch(running_, "running", 0, "All that run");
    else
      options.add_switch(ignore_, "ignore", 'i', "Say nothing of a name that no container has");
  }

  bool chooses() const override { return chosen_.any() || running_; }

  int run(Context& context) override {
    if (running_) chosen_.choose_all();
    chosen_.choose(
        context, again && !running_ ? [](const engine::State&) { return true; } : engine::is_alive);
    return for_each_container(
        context,
        [&](const std::string& name) {
          context.engine().stop(name, options_.request());
          if (again)
            start_container(context, name);
          else
            context.out.line(name);
        },
        ignore_ ? Absent::passed : Absent::fails);
  }

 private:
  StopOptions options_;
  ChosenContainers chosen_;
  bool running_ = false;
  bool ignore_ = false;
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
