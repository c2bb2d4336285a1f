// `container prune`: all that do not run go.
#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "cli/command_table.h"
#include "cli/container_failure.h"
#include "cli/container_filter.h"
#include "cli/moment.h"
#include "cli/read_line.h"
#include "cli/wording.h"

namespace cli {
namespace {

constexpr std::string_view question = "Are you sure you want to continue? [y/N] ";

class PruneContainers : public Command {
 public:
  void declare(Options& options) override {
    options.add({.name = "filter",
                 .type = "filter",
                 .meaning = "Remove only those that fit: until=TIME, label=KEY[=VALUE], label!=…",
                 .set = [this](std::string_view value) { return add_filter(value); }});
    options.add_switch(force_, "force", 'f', "Do not ask");
  }

  int run(Context& context) override {
    if (!force_ && !is_sure(context)) return tell(context, {}, 0);
    std::vector<std::string> removed;
    std::uint64_t freed = 0;
    for (const engine::Container& container : chosen(context)) {
      const std::uint64_t size = context.engine().disk_usage(container.config);
      context.engine().remove(container.config.id, false);
      freed += size;
      removed.push_back(container.config.id);
    }
    return tell(context, removed, freed);
  }

 private:
  std::optional<std::string> add_filter(std::string_view text) {
    constexpr std::string_view until = "until=";
    constexpr std::string_view without = "label!=";
    if (text.starts_with(without))
      return unwanted_.emplace_back().add("label=" + std::string(text.substr(without.size())));
    if (text.starts_with("label=")) return wanted_.add(text);
    if (!text.starts_with(until)) return "invalid filter '" + base::printable(text) + "'";
    before_ = parse_moment(text.substr(until.size()), base::wall_now());
    if (!before_) return "no time: '" + base::printable(text.substr(until.size())) + "'";
    return std::nullopt;
  }

  static bool is_sure(Context& context) {
    context.out.write(context.personality.prune.warning);
    context.out.write("\n");
    context.out.write(question);
    context.out.flush();
    const std::string answer = read_line(context.world.input);
    return answer == "y" || answer == "Y" || answer == "yes";
  }

  std::vector<engine::Container> chosen(Context& context) const {
    std::vector<engine::Container> all = wanted_.apply(context.engine().containers());
    std::erase_if(all, [&](const engine::Container& container) {
      const bool over = engine::is_over(container.state) ||
                        std::holds_alternative<engine::Created>(container.state);
      const bool kept = std::any_of(
          unwanted_.begin(), unwanted_.end(),
          [&](const ContainerFilter& filter) { return !filter.apply({container}).empty(); });
      return !over || kept || (before_ && container.config.created >= *before_);
    });
    return all;
  }

  static int tell(Context& context, const std::vector<std::string>& removed, std::uint64_t freed) {
    const PruneStyle& style = context.personality.prune;
    if (!removed.empty() && !style.heading.empty()) context.out.line(style.heading);
    for (const std::string& id : removed) context.out.line(id);
    if (style.total.empty()) return 0;
    if (!removed.empty()) context.out.line("");
    context.out.line(fill(style.total, {{"size", base::human_size(freed, 4)}}));
    return 0;
  }

  ContainerFilter wanted_;
  std::vector<ContainerFilter> unwanted_;
  std::optional<base::WallTime> before_;
  bool force_ = false;
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

}  // namespace cli
