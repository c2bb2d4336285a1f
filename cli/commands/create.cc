#include "cli/command_table.h"
#include "cli/create_options.h"
#include "cli/refused_options.h"

namespace cli {
namespace {

class Create : public Command {
 public:
  void declare(Options& options) override {
    options.add_switch(quiet_, "quiet", 'q', "Show no progress of the pull");
    refuse_option(options, "attach", 'a', "nobody is attached to what is only made: of run");
    create_options_.declare(options);
  }

  int run(Context& context) override {
    const engine::CreateRequest request = create_options_.request(context);
    context.out.line(create_options_.create(context, request, !quiet_).config.id);
    return 0;
  }

 private:
  CreateOptions create_options_;
  bool quiet_ = false;
};

}  // namespace

const CommandEntry create_command{
    .name = "create",
    .aliases = "container create",
    .group = "Commands",
    .summary = "Create a new container, without starting it",
    .usage = "[OPTIONS] IMAGE [COMMAND] [ARG...]",
    .examples =
        "{program} create --name web python:3 python -m http.server\n"
        "{program} start web",
    .takes = {.least = 1, .most = ArgumentRange::any},
    .interspersed = false,
    .interruptible = true,
    .make = make_command<Create>,
};

}  // namespace cli
