#include <csignal>

#include "base/text.h"
#include "cli/chosen_containers.h"
#include "cli/command_table.h"
#include "cli/container_failure.h"
#include "cli/stop_options.h"
#include "cli/wording.h"

namespace cli {
namespace {

class KillContainers : public Command {
 public:
  void declare(Options& options) override {
    options.add({.name = "signal",
                 .letter = 's',
                 .type = "string",
                 .meaning = "Signal to send, by name or number (default \"KILL\")",
                 .set = signal_setter(signal_)});
    chosen_.declare(options, 'a');
    chosen_.declare_files(options);
  }

  bool chooses() const override { return chosen_.any(); }

  int run(Context& context) override {
    chosen_.choose(context, engine::is_alive);
    return for_each_name(
        context, Absent::fails,
        [&](const std::string& name) {
          context.engine().kill(name, signal_.value_or(SIGKILL));
          context.out.line(name);
        },
        [&](const base::Error& error, const std::string& name) {
          return worded(context, error, name);
        });
  }

 private:
  static NameFailure worded(Context& context, const base::Error& error, const std::string& name) {
    NameFailure failure = container_failure(context, error, name);
    if (error.kind() != base::ErrorKind::failure) return failure;
    const engine::Container container = context.engine().container(name);
    if (!engine::is_alive(container.state))
      failure.message = fill(context.personality.messages.not_running_to_kill,
                             {{"name", base::printable(name)},
                              {"id", container.config.id},
                              {"state", engine::state_name(container.state)}});
    return failure;
  }

  std::optional<int> signal_;
  ChosenContainers chosen_;
};

}  // namespace

const CommandEntry kill_command{
    .name = "kill",
    .aliases = "container kill",
    .group = "Commands",
    .summary = "Send a signal to one or more running containers",
    .usage = "[OPTIONS] CONTAINER [CONTAINER...]",
    .examples =
        "{program} kill web\n"
        "{program} kill -s HUP web",
    .takes = {.least = 1, .most = ArgumentRange::any},
    .interruptible = true,
    .make = make_command<KillContainers>,
};

}  // namespace cli
