#include "cli/command_table.h"

namespace cli {
namespace {

class Tag : public Command {
 public:
  void declare(Options&) override {}

  int run(Context& context) override {
    for (std::size_t i = 1; i < context.arguments.size(); ++i)
      context.engine().tag_image(context.arguments[0], context.arguments[i]);
    return 0;
  }
};

class Untag : public Command {
 public:
  void declare(Options&) override {}

  int run(Context& context) override {
    const std::vector<std::string> names(context.arguments.begin() + 1, context.arguments.end());
    context.engine().untag_image(context.arguments[0], names);
    return 0;
  }
};

}  // namespace

const CommandEntry tag_command{
    .name = "tag",
    .aliases = "image tag",
    .group = "Commands",
    .summary = "Give an image one more name",
    .usage = "SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG] [TARGET_IMAGE[:TAG]...]",
    .examples = "{program} tag alpine:3.20 registry.example.org/base:1",
    .takes = {.least = 2, .most = ArgumentRange::any},
    .make = make_command<Tag>,
};

const CommandEntry untag_command{
    .name = "untag",
    .aliases = "image untag",
    .group = "Commands",
    .summary = "Take names from an image, all where none is given",
    .usage = "IMAGE [NAME[:TAG]...]",
    .examples = "{program} untag alpine registry.example.org/base:1",
    .takes = {.least = 1, .most = ArgumentRange::any},
    .make = make_command<Untag>,
};

}  // namespace cli
