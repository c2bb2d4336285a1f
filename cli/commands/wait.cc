#include <fmt/core.h>

#include "base/text.h"
#include "cli/chosen_containers.h"
#include "cli/command_table.h"
#include "cli/container_failure.h"

namespace cli {
namespace {

class WaitForContainers : public Command {
 public:
  void declare(Options& options) override {
    options.add({.name = "condition",
                 .type = "string",
                 .meaning = "What to wait for: stopped",
                 .set = [](std::string_view value) { return refused_condition(value); }});
    options.add_switch(ignore_, "ignore", 0, "Say nothing of a name that no container has");
    options.add({.name = "interval",
                 .letter = 'i',
                 .type = "duration",
                 .meaning = "Not needed: the end is told at once",
                 .set = [](std::string_view) { return std::optional<std::string>(); },
                 .hidden = true});
    options.add_switch(latest_, "latest", 'l', "The container that was made last");
  }

  bool chooses() const override { return latest_; }

  int run(Context& context) override {
    context.arguments = arguments_with(context, latest_);
    return for_each_container(
        context,
        [&](const std::string& name) {
          context.out.line(fmt::format("{}", context.engine().wait(name)));
          context.out.flush();
        },
        ignore_ ? Absent::passed : Absent::fails);
  }

 private:
  static std::optional<std::string> refused_condition(std::string_view value) {
    if (value == "stopped" || value == "exited") return std::nullopt;
    return "'" + base::printable(value) + "' is not waited for; there is stopped";
  }

  bool latest_ = false;
  bool ignore_ = false;
};

}  // namespace

const CommandEntry wait_command{
    .name = "wait",
    .aliases = "container wait",
    .group = "Commands",
    .summary = "Wait until one or more containers have stopped, and print their exit statuses",
    .usage = "[OPTIONS] CONTAINER [CONTAINER...]",
    .examples = "{program} wait web",
    .takes = {.least = 1, .most = ArgumentRange::any},
    .interruptible = true,
    .make = make_command<WaitForContainers>,
};

}  // namespace cli
