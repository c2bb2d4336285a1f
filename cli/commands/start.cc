#include "base/error.h"
#include "cli/attaching.h"
#include "cli/chosen_containers.h"
#include "cli/command_table.h"
#include "cli/container_failure.h"
#include "cli/starting.h"

namespace cli {
namespace {

class StartContainers : public Command {
 public:
  void declare(Options& options) override {
    options.add_switch(attach_, "attach", 'a', "Attach standard output and error");
    options.add_switch(interactive_, "interactive", 'i', "Attach standard input");
    attach_options_.declare(options);
    chosen_.declare(options, 0);
  }

  bool chooses() const override { return chosen_.any(); }

  int run(Context& context) override {
    chosen_.choose(context, [](const engine::State& state) { return !engine::is_alive(state); });
    if (attach_ || interactive_) return start_attached(context);
    return for_each_container(context,
                              [&](const std::string& name) { start_container(context, name); });
  }

 private:
  int start_attached(Context& context) const {
    if (context.arguments.size() != 1)
      throw base::Error(base::ErrorKind::usage,
                        "you cannot start and attach multiple containers at once");
    const engine::Container container = named_container(context, context.arguments[0]);
    const bool input = interactive_ && container.config.interactive;
    if (!check_terminal(context, container.config.terminal, input)) return 1;
    const Attaching attaching(context, container.config.terminal, input, attach_options_);
    const bool runs = engine::is_alive(container.state);
    engine::Engine& engine = context.engine();
    return report_outcome(context,
                          runs ? engine.attach(container.config.id, attaching.stdio())
                               : engine.start_attached(container.config.id, attaching.stdio()),
                          container.config.argv);
  }

  AttachOptions attach_options_;
  ChosenContainers chosen_;
  bool attach_ = false;
  bool interactive_ = false;
};

}  // namespace

const CommandEntry start_command{
    .name = "start",
    .aliases = "container start",
    .group = "Commands",
    .summary = "Start one or more stopped containers",
    .usage = "[OPTIONS] CONTAINER [CONTAINER...]",
    .examples =
        "{program} start web db\n"
        "{program} start -ai shell\n"
        "{program} start --all --filter should-start-on-boot=true",
    .takes = {.least = 1, .most = ArgumentRange::any},
    .interruptible = true,
    .make = make_command<StartContainers>,
};

}  // namespace cli
