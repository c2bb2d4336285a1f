#include "base/error.h"
#include "base/text.h"
#include "cli/command_table.h"
#include "cli/each_name.h"
#include "cli/wording.h"

namespace cli {
namespace {

// How image::ImageStore::remove() begins its refusals of images in use.
constexpr std::string_view conflict = "conflict: ";

class RemoveImages : public Command {
 public:
  void declare(Options& options) override {
    options.add_switch(force_, "force", 'f', "Remove it though containers or other names use it");
  }

  int run(Context& context) override {
    return for_each_name(
        context, force_, [&](const std::string& name) { remove(context, name); },
        [&](const base::Error& error, const std::string& name) {
          return worded(context.personality, error, name);
        });
  }

 private:
  void remove(Context& context, const std::string& name) const {
    const image::RemovedImage removed = context.engine().remove_image(name, force_);
    for (const std::string& line : context.personality.removed_image(removed, context.names()))
      context.out.line(line);
  }

  static NameFailure worded(const Personality& personality, const base::Error& error,
                            const std::string& name) {
    if (error.kind() == base::ErrorKind::not_found)
      return {fill(personality.messages.no_such_image, {{"name", base::printable(name)}})};
    const bool in_use = error.message().starts_with(conflict);
    return {error.message(), in_use ? personality.exit_codes.image_in_use : 1};
  }

  bool force_ = false;
};

}  // namespace

const CommandEntry rmi_command{
    .name = "rmi",
    .aliases = "image rm,image remove",
    .group = "Commands",
    .summary = "Remove one or more images",
    .usage = "[OPTIONS] IMAGE [IMAGE...]",
    .examples = "{program} rmi alpine:3.20 debian",
    .takes = {.least = 1, .most = ArgumentRange::any},
    .make = make_command<RemoveImages>,
};

}  // namespace cli
