#include "cli/attaching.h"
#include "cli/chosen_containers.h"
#include "cli/command_table.h"
#include "cli/container_failure.h"
#include "cli/starting.h"

namespace cli {
namespace {

class Attach : public Command {
 public:
  void declare(Options& options) override {
    options_.declare(options);
    options.add_switch(latest_, "latest", 'l', "The container that was made last");
    options.add_switch(no_stdin_, "no-stdin", 0, "Do not attach standard input");
  }

  bool chooses() const override { return latest_; }

  int run(Context& context) override {
    const engine::Container container =
        named_container(context, arguments_with(context, latest_).at(0));
    if (!engine::is_alive(container.state))
      throw base::Error(std::string(context.personality.messages.not_running_to_attach));
    const bool input = container.config.interactive && !no_stdin_;
    if (!check_terminal(context, container.config.terminal, input)) return 1;
    const Attaching attaching(context, container.config.terminal, input, options_);
    return report_outcome(context, context.engine().attach(container.config.id, attaching.stdio()),
                          container.config.argv);
  }

 private:
  AttachOptions options_;
  bool latest_ = false;
  bool no_stdin_ = false;
};

}  // namespace

const CommandEntry attach_command{
    .name = "attach",
    .aliases = "container attach",
    .group = "Commands",
    .summary = "Attach to a running container",
    .usage = "[OPTIONS] CONTAINER",
    .examples = "{program} attach web",
    .takes = {.least = 1, .most = 1},
    .interruptible = true,
    .make = make_command<Attach>,
};

}  // namespace cli
