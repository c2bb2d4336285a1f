// `pause` and `unpause`: the guest's processors stop, and go on.
#include "cli/command_table.h"
#include "cli/container_failure.h"

namespace cli {
namespace {

template <void (engine::Engine::*verb)(const std::string&)>
class Pausing : public Command {
 public:
  void declare(Options&) override {}

  int run(Context& context) override {
    return for_each_container(context, [&](const std::string& name) {
      (context.engine().*verb)(name);
      context.out.line(name);
    });
  }
};

}  // namespace

const CommandEntry pause_command{
    .name = "pause",
    .aliases = "container pause",
    .group = "Commands",
    .summary = "Pause one or more running containers",
    .usage = "CONTAINER [CONTAINER...]",
    .examples = "{program} pause web",
    .takes = {.least = 1, .most = ArgumentRange::any},
    .make = make_command<Pausing<&engine::Engine::pause>>,
};

const CommandEntry unpause_command{
    .name = "unpause",
    .aliases = "container unpause",
    .group = "Commands",
    .summary = "Let one or more paused containers go on",
    .usage = "CONTAINER [CONTAINER...]",
    .examples = "{program} unpause web",
    .takes = {.least = 1, .most = ArgumentRange::any},
    .make = make_command<Pausing<&engine::Engine::unpause>>,
};

}  // namespace cli
