#include <variant>

#include "base/text.h"
#include "cli/chosen_containers.h"
#include "cli/command_table.h"
#include "cli/container_filter.h"
#include "cli/container_size.h"
#include "cli/listing.h"
#include "cli/refused_options.h"

namespace cli {
namespace {

class ListContainers : public Command {
 public:
  void declare(Options& options) override {
    options.add_switch(all_, "all", 'a', "Show all containers, not only those that run");
    options.add({.name = "filter",
                 .letter = 'f',
                 .type = "filter",
                 .meaning = "Show only those that fit: KEY=VALUE of ancestor, before, exited, id, "
                            "label, name, since, status",
                 .set = [this](std::string_view value) { return filter_.add(value); }});
    options.add_text(list_.format, "format", 0, "string",
                     "Format: table, json, or a Go template (\"table {{.ID}}\")");
    options.add({.name = "last",
                 .letter = 'n',
                 .type = "int",
                 .meaning = "Show so many that were made last, whether they run or not",
                 .set = [this](std::string_view value) { return set_last(value); }});
    options.add_switch(latest_, "latest", 'l', "Show the one that was made last");
    options.add_switch(whole_, "no-trunc", 0, "Show whole ids and commands");
    options.add_switch(list_.headless, "noheading", 0, "Show no headings");
    options.add_text(list_.sort, "sort", 0, "string",
                     "Sort by command, created, id, image, names, runningfor, or status");
    take_needless(options, "external", true, "there are no containers but our own");
    take_needless(options, "sync", true, "what is shown is how things are");
    refuse_option(options, "namespace", 0, "a container has a kernel of its own");
    refuse_option(options, "ns", 0, "a container has a kernel of its own");
    refuse_option(options, "pod", 'p', "there are no pods");
    refuse_option(options, "watch", 'w', "there is watch(1)");
    options.add_switch(size_, "size", 's', "Show how large their files are");
    options.add_switch(list_.quiet, "quiet", 'q', "Show ids only");
  }

  int run(Context& context) override {
    std::vector<engine::Container> containers = containers_by_age(context);
    const std::optional<std::size_t> last = latest_ ? 1 : last_;
    containers = filter_.apply(containers);
    if (!all_ && !last && !filter_.names_states())
      std::erase_if(containers, [&](const engine::Container& container) {
        return !engine::is_alive(container.state) ||
               (context.personality.paused_hidden && engine::is_paused(container.state));
      });
    if (last && containers.size() > *last)
      containers.erase(containers.begin() + static_cast<std::ptrdiff_t>(*last), containers.end());
    list_.truncate = !whole_;
    std::map<std::string, ContainerSize> sizes;
    if (size_) {
      for (const engine::Container& container : containers)
        sizes[container.config.id] = container_size(context, container.config);
      list_.table = context.personality.containers_with_size;
      list_.sizes = &sizes;
    }
    print_list<engine::Container>(context, context.personality.containers, containers, list_);
    return 0;
  }

 private:
  // docker's -1 is no limit, and shows what runs.
  std::optional<std::string> set_last(std::string_view value) {
    const auto count = base::parse_number<std::int64_t>(value);
    if (!count) return "not a number";
    last_.reset();
    if (*count >= 0) last_ = static_cast<std::size_t>(*count);
    return std::nullopt;
  }

  ListRequest list_;
  ContainerFilter filter_;
  std::optional<std::size_t> last_;
  bool latest_ = false;
  bool size_ = false;
  bool all_ = false;
  bool whole_ = false;
};

}  // namespace

const CommandEntry ps_command{
    .name = "ps",
    .aliases = "container ls,container list,container ps",
    .group = "Common Commands",
    .summary = "List containers",
    .usage = "[OPTIONS]",
    .examples =
        "{program} ps -a\n"
        "{program} ps -q -f status=exited -f name=web\n"
        "{program} ps --format 'table {{.Names}}\\t{{.Status}}'",
    .takes = {},
    .make = make_command<ListContainers>,
};

}  // namespace cli
