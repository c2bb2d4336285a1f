// `pause` and `unpause`: the guest's processors stop, and go on.
#include "cli/chosen_containers.h"
#include "cli/command_table.h"
#include "cli/container_failure.h"

namespace cli {
namespace {

template <void (engine::Engine::*verb)(const std::string&), bool paused>
class Pausing : public Command {
 public:
  void declare(Options& options) override {
    chosen_.declare(options, 'a');
    chosen_.declare_files(options);
  }

  bool chooses() const override { return chosen_.any(); }

  int run(Context& context) override {
    chosen_.choose(context, [](const engine::State& state) {
      return std::holds_alternative<engine::Running>(state) && engine::is_paused(state) == paused;
    });
    return for_each_container(context, [&](const std::string& name) {
      (context.engine().*verb)(name);
      context.out.line(name);
    });
  }

 private:
  ChosenContainers chosen_;
};

}  // namespace

const CommandEntry pause_command{
    .name = "pause",
    .aliases = "container pause",
    .group = "Commands",
    .summary = "Pause one or more running containers",
    .usage = "[OPTIONS] CONTAINER [CONTAINER...]",
    .examples = "{program} pause web",
    .takes = {.least = 1, .most = ArgumentRange::any},
    .make = make_command<Pausing<&engine::Engine::pause, false>>,
};

const CommandEntry unpause_command{
    .name = "unpause",
    .aliases = "container unpause",
    .group = "Commands",
    .summary = "Let one or more paused containers go on",
    .usage = "[OPTIONS] CONTAINER [CONTAINER...]",
    .examples = "{program} unpause web",
    .takes = {.least = 1, .most = ArgumentRange::any},
    .make = make_command<Pausing<&engine::Engine::unpause, true>>,
};

}  // namespace cli
