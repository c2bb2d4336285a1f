#include <variant>

#include "base/error.h"
#include "base/text.h"
#include "cli/chosen_containers.h"
#include "cli/command_table.h"
#include "cli/each_name.h"
#include "cli/refused_options.h"
#include "cli/stop_options.h"
#include "cli/wording.h"

namespace cli {
namespace {

class RemoveContainers : public Command {
 public:
  void declare(Options& options) override {
    options.add_switch(force_, "force", 'f', "End a running container first (SIGKILL)");
    stop_.declare_time(options);
    options.add_switch(ignore_, "ignore", 'i', "Say nothing of a name that no container has");
    take_needless(options, "depend", true, "no container depends on another");
    refuse_option(options, "link", 0, "guests have no network");
    options.add_switch(volumes_, "volumes", 'v', "Remove anonymous volumes (there are none)");
    chosen_.declare(options, 'a');
    chosen_.declare_files(options);
  }

  bool chooses() const override { return chosen_.any(); }

  int run(Context& context) override {
    chosen_.choose(context, [](const engine::State&) { return true; });
    return for_each_name(
        context, ignore_ ? Absent::passed : absent_under(context, force_),
        [&](const std::string& name) {
          if (force_ && stop_.request().seconds) context.engine().stop(name, stop_.request());
          context.engine().remove(name, force_);
          context.out.line(name);
        },
        [&](const base::Error& error, const std::string& name) {
          return worded(context, error, name);
        });
  }

 private:
  NameFailure worded(Context& context, const base::Error& error, const std::string& name) const {
    const Messages& messages = context.personality.messages;
    if (error.kind() == base::ErrorKind::not_found)
      return {fill(messages.no_such_container, {{"name", base::printable(name)}})};
    const std::string id = force_ ? "" : running_id(context, name);
    if (id.empty()) return {error.message()};
    return {fill(messages.container_running, {{"id", id}}),
            context.personality.exit_codes.container_running};
  }

  // Of the container where it runs, which explains why it stays; empty otherwise.
  static std::string running_id(Context& context, const std::string& name) {
    try {
      const engine::Container container = context.engine().container(name);
      const bool runs = engine::is_alive(container.state);
      return runs ? container.config.id : "";
    } catch (const base::Error&) {
      return "";
    }
  }

  ChosenContainers chosen_;
  StopOptions stop_;
  bool ignore_ = false;
  bool force_ = false;
  bool volumes_ = false;
};

}  // namespace

const CommandEntry rm_command{
    .name = "rm",
    .aliases = "container rm,container remove",
    .group = "Commands",
    .summary = "Remove one or more containers",
    .usage = "[OPTIONS] CONTAINER [CONTAINER...]",
    .examples =
        "{program} rm web db\n"
        "{program} rm -f $({program} ps -aq)",
    .takes = {.least = 1, .most = ArgumentRange::any},
    .make = make_command<RemoveContainers>,
};

}  // namespace cli
