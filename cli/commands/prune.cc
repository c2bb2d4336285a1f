// `container prune`, `image prune`, `system prune`: what nobody uses goes.
#include <fmt/core.h>

#include "base/error.h"
#include "cli/command_table.h"
#include "cli/pruning.h"
#include "cli/refused_options.h"
#include "cli/wording.h"

namespace cli {
namespace {

// Of one kind of things.
int tell_one_kind(Context& context, std::string_view heading, const Pruned& pruned) {
  const PruneStyle& style = context.personality.prune;
  tell_pruned(context, style.bare ? "" : heading, pruned);
  if (!style.bare) tell_total(context, pruned.bytes);
  return 0;
}

class PruneContainers : public Command {
 public:
  void declare(Options& options) override {
    filter_.declare(options);
    options.add_switch(force_, "force", 'f', "Do not ask");
  }

  int run(Context& context) override {
    const PruneStyle& style = context.personality.prune;
    const bool sure = force_ || is_sure(context, style.containers);
    return tell_one_kind(context, style.container_heading,
                         sure ? prune_containers(context, filter_) : Pruned{});
  }

 private:
  PruneFilter filter_;
  bool force_ = false;
};

class PruneImages : public Command {
 public:
  void declare(Options& options) override {
    options.add_switch(all_, "all", 'a', "Remove those with names, too, that no container uses");
    take_needless(options, "external", false, "no other program has containers here");
    filter_.declare(options);
    options.add_switch(force_, "force", 'f', "Do not ask");
  }

  int run(Context& context) override {
    const PruneStyle& style = context.personality.prune;
    const bool sure =
        force_ || is_sure(context, all_ ? style.unused_images : style.dangling_images);
    return tell_one_kind(context, style.image_heading,
                         sure ? prune_images(context, filter_, all_) : Pruned{});
  }

 private:
  PruneFilter filter_{true};
  bool all_ = false;
  bool force_ = false;
};

class PruneSystem : public Command {
 public:
  void declare(Options& options) override {
    options.add_switch(all_, "all", 'a', "Remove images with names, too, that no container uses");
    take_needless(options, "external", false, "no other program has containers here");
    filter_.declare(options);
    options.add_switch(force_, "force", 'f', "Do not ask");
    options.add_switch(volumes_, "volumes", 0, "Remove volumes, too, that no container uses");
  }

  int run(Context& context) override {
    if (volumes_ && filter_.has_moment())
      throw base::Error(base::ErrorKind::usage,
                        "the \"until\" filter is not supported with \"--volumes\"");
    if (!force_ && !is_sure(context, warning(context.personality.prune))) return 0;
    const PruneStyle& style = context.personality.prune;
    const Pruned containers = prune_containers(context, filter_);
    const Pruned images = prune_images(context, filter_, all_);
    const std::uint64_t rest = context.engine().collect_garbage().bytes;
    tell_pruned(context, style.container_heading, containers);
    tell_pruned(context, style.image_heading, images);
    tell_total(context, containers.bytes + images.bytes + rest);
    return 0;
  }

 private:
  std::string warning(const PruneStyle& style) const {
    std::string filters;
    for (const std::string& text : filter_.texts()) filters += fmt::format("\n  - {}", text);
    if (!filters.empty()) filters = fill(style.filters, {{"filters", filters}});
    return fill(all_ ? style.all : style.everything,
                {{"volumes", volumes_ ? style.volumes : ""}, {"filters", filters}});
  }

  PruneFilter filter_;
  bool all_ = false;
  bool force_ = false;
  bool volumes_ = false;
};

}  // namespace

const CommandEntry prune_command{
    .name = "container prune",
    .aliases = "",
    .group = "",
    .summary = "Remove all containers that do not run",
    .usage = "[OPTIONS]",
    .examples = "{program} container prune -f --filter until=24h",
    .takes = {.least = 0, .most = 0},
    .make = make_command<PruneContainers>,
};

const CommandEntry prune_images_command{
    .name = "image prune",
    .aliases = "",
    .group = "",
    .summary = "Remove images that no container uses",
    .usage = "[OPTIONS]",
    .examples =
        "{program} image prune\n"
        "{program} image prune -a -f --filter until=240h",
    .takes = {.least = 0, .most = 0},
    .make = make_command<PruneImages>,
};

const CommandEntry prune_system_command{
    .name = "system prune",
    .aliases = "vstorage clean",
    .group = "",
    .summary = "Remove stopped containers, unused images and what killed pulls left",
    .usage = "[OPTIONS]",
    .examples = "{program} system prune -a -f",
    .takes = {.least = 0, .most = 0},
    .make = make_command<PruneSystem>,
};

}  // namespace cli
