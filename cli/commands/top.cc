#include <fmt/core.h>

#include "base/error.h"
#include "base/text.h"
#include "cli/chosen_containers.h"
#include "cli/command_table.h"
#include "cli/container_failure.h"
#include "cli/process_columns.h"
#include "cli/table.h"
#include "cli/wording.h"

namespace cli {
namespace {

class Top : public Command {
 public:
  void declare(Options& options) override {
    options.add_switch(latest_, "latest", 'l', "The container that was made last");
  }

  bool chooses() const override { return latest_; }

  int run(Context& context) override {
    std::vector<std::string> words = arguments_with(context, latest_);
    const engine::Container container = named_container(context, words.front());
    words.erase(words.begin());
    const std::vector<const ProcessColumn*> columns = wanted(context, words);
    if (!engine::is_alive(container.state)) refuse(context, container);
    print(context, columns, context.engine().processes(container.config.id));
    return 0;
  }

 private:
  [[noreturn]] static void refuse(const Context& context, const engine::Container& container) {
    throw base::Error(
        fill(context.personality.messages.not_running_to_top, {{"id", container.config.id}}));
  }

  static std::vector<const ProcessColumn*> wanted(const Context& context,
                                                  const std::vector<std::string>& words) {
    const TopStyle& style = context.personality.top;
    const TopRequest request = style.request(words);
    std::vector<const ProcessColumn*> columns;
    for (const std::string& name : request.names) {
      columns.push_back(find_column(request.columns, name));
      if (columns.back() == nullptr)
        throw base::Error(base::ErrorKind::usage,
                          fill(style.unknown_column, {{"name", base::printable(name)}}));
    }
    return columns;
  }

  static void print(Context& context, const std::vector<const ProcessColumn*>& columns,
                    const engine::ProcessList& list) {
    std::vector<std::string> lines(1);
    for (const ProcessColumn* column : columns)
      lines[0].append(lines[0].empty() ? "" : "\t").append(column->header);
    for (const engine::ProcessInfo& process : list.processes) {
      std::vector<std::string> cells;
      cells.reserve(columns.size());
      const ProcessFacts facts{process, list.memory, context.world.now()};
      for (const ProcessColumn* column : columns) cells.push_back(column->text(facts));
      lines.push_back(base::join(cells, "\t"));
    }
    context.out.write(aligned(lines, context.personality.top.table));
  }

  bool latest_ = false;
};

}  // namespace

const CommandEntry top_command{
    .name = "top",
    .aliases = "container top",
    .group = "Commands",
    .summary = "Show the processes of a container",
    .usage = "CONTAINER [COLUMNS]",
    .examples =
        "{program} top web\n"
        "{program} top web -o pid,args",
    .takes = {.least = 1, .most = ArgumentRange::any},
    .interspersed = false,
    .interruptible = true,
    .make = make_command<Top>,
};

}  // namespace cli
