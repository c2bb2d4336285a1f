#include <algorithm>
#include <variant>

#include "cli/command_table.h"
#include "cli/listing.h"

namespace cli {
namespace {

class ListContainers : public Command {
 public:
  void declare(Options& options) override {
    options.add_switch(all_, "all", 'a', "Show all containers, not only those that run");
    options.add_text(list_.format, "format", 0, "string",
                     "Format: table, json, or a Go template (\"table {{.ID}}\")");
    options.add_switch(whole_, "no-trunc", 0, "Show whole ids and commands");
    options.add_switch(list_.quiet, "quiet", 'q', "Show ids only");
  }

  int run(Context& context) override {
    std::vector<engine::Container> containers = context.engine().containers();
    if (!all_)
      std::erase_if(containers, [](const engine::Container& container) {
        return !std::holds_alternative<engine::Running>(container.state);
      });
    std::stable_sort(containers.begin(), containers.end(),
                     [](const engine::Container& a, const engine::Container& b) {
                       return a.config.created > b.config.created;
                     });
    list_.truncate = !whole_;
    print_list<engine::Container>(context, context.personality.containers, containers, list_);
    return 0;
  }

 private:
  ListRequest list_;
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
        "{program} ps --format 'table {{.Names}}\\t{{.Status}}'",
    .takes = {},
    .make = make_command<ListContainers>,
};

}  // namespace cli
