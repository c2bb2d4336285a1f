#include "base/error.h"
#include "base/text.h"
#include "cli/command_table.h"
#include "cli/container_failure.h"
#include "cli/wording.h"

namespace cli {
namespace {

class RenameContainer : public Command {
 public:
  void declare(Options&) override {}

  int run(Context& context) override {
    const engine::Container container = named_container(context, context.arguments[0]);
    const std::string& name = context.arguments[1];
    if (!engine::valid_name(name))
      throw base::Error(base::ErrorKind::usage, fill(context.personality.messages.invalid_name,
                                                     {{"name", base::printable(name)}}));
    try {
      context.engine().rename(container.config.id, name);
    } catch (const base::Error& error) {
      if (error.kind() == base::ErrorKind::already_exists) refuse_name(context, name);
      throw;
    }
    return 0;
  }
};

}  // namespace

const CommandEntry rename_command{
    .name = "rename",
    .aliases = "container rename",
    .group = "Commands",
    .summary = "Give a container another name",
    .usage = "CONTAINER NEW_NAME",
    .examples = "{program} rename web web-old",
    .takes = {.least = 2, .most = 2},
    .make = make_command<RenameContainer>,
};

}  // namespace cli
