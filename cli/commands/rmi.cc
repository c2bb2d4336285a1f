#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "cli/command_table.h"
#include "cli/each_name.h"
#include "cli/refused_options.h"
#include "cli/wording.h"

namespace cli {
namespace {

// How image::ImageStore::remove() begins its refusals of images in use.
constexpr std::string_view conflict = "conflict: ";

class RemoveImages : public Command {
 public:
  void declare(Options& options) override {
    options.add_switch(all_, "all", 'a', "Remove all images that no container uses");
    options.add_switch(force_, "force", 'f', "Remove it though containers or other names use it");
    options.add_switch(ignore_, "ignore", 'i', "Say nothing of a name that no image has");
    take_needless(options, "no-prune", true, "an image has no parents that could be pruned");
  }

  bool chooses() const override { return all_; }

  int run(Context& context) override {
    if (all_) choose_all(context);
    return for_each_name(
        context, ignore_ ? Absent::passed : absent_under(context, force_),
        [&](const std::string& name) { remove(context, name); },
        [&](const base::Error& error, const std::string& name) {
          return worded(context.personality, error, name);
        });
  }

 private:
  void choose_all(Context& context) const {
    if (!context.arguments.empty())
      throw base::Error(base::ErrorKind::usage, "no names are taken beside --all");
    std::vector<std::string> used;
    for (const engine::Container& container : context.engine().containers())
      used.push_back(container.config.image_id);
    for (const image::Image& image : context.engine().images())
      if (force_ || std::find(used.begin(), used.end(), image.id.text()) == used.end())
        context.arguments.push_back(image.id.text());
  }

  void remove(Context& context, const std::string& name) const {
    const image::RemovedImage removed = context.engine().remove_image(name, force_ || all_);
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

  bool all_ = false;
  bool force_ = false;
  bool ignore_ = false;
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
