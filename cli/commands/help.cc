#include <algorithm>

#include "base/text.h"
#include "cli/command_table.h"
#include "cli/global_options.h"
#include "cli/help_page.h"
#include "cli/man_page.h"
#include "cli/wording.h"

namespace cli {
namespace {

class Help : public Command {
 public:
  void declare(Options& options) override {
    options.add_switch(manual_, "man", 0, "The manual page, in man(7)").hidden = true;
  }

  int run(Context& context) override {
    const Personality& personality = context.personality;
    if (context.arguments.empty()) {
      GlobalOptions globals;
      Options options;
      globals.declare(options);
      context.out.write(manual_ ? man_page(personality, options)
                                : program_help(personality, options));
      return 0;
    }
    const FoundCommand found = find_command(context.arguments);
    if (found.words < context.arguments.size()) return unknown(context);
    context.out.write(found.command != nullptr
                          ? command_help(personality, *found.command, found.path)
                          : group_help(personality, *found.group));
    return 0;
  }

 private:
  static int unknown(Context& context) {
    const std::string topic = base::printable(base::join(context.arguments, " "));
    context.err.line(fill(context.personality.messages.unknown_topic, {{"word", topic}}));
    return context.personality.exit_codes.failure;
  }

  bool manual_ = false;
};

}  // namespace

const CommandEntry help_command{
    .name = "help",
    .group = "Commands",
    .summary = "Show help about a command",
    .usage = "[COMMAND]",
    .examples = "{program} help run",
    .takes = {.least = 0, .most = 2},
    .make = make_command<Help>,
};

}  // namespace cli
