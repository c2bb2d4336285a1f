#include "cli/pruning.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "cli/moment.h"
#include "cli/read_line.h"
#include "cli/wording.h"

namespace cli {
namespace {

constexpr std::string_view question = "Are you sure you want to continue? [y/N] ";

using Labels = std::map<std::string, std::string>;

// KEY or KEY=VALUE.
bool has_label(const Labels& labels, const std::string& text) {
  const std::size_t equals = text.find('=');
  const auto found = labels.find(text.substr(0, equals));
  return found != labels.end() &&
         (equals == std::string::npos || found->second == text.substr(equals + 1));
}

std::vector<std::string> used_images(Context& context) {
  std::vector<std::string> used;
  for (const engine::Container& container : context.engine().containers())
    used.push_back(container.config.image_id);
  return used;
}

// By each of its names in turn, as docker does: what somebody uses meanwhile is refused and stays.
void prune_image(Context& context, const image::Image& image, Pruned& pruned) {
  std::vector<std::string> names;
  for (const image::Reference& tag : image.tags) names.push_back(tag.canonical());
  for (const image::Reference& digest : image.digests) names.push_back(digest.canonical());
  if (names.empty()) names.push_back(image.id.text());
  for (const std::string& name : names) {
    try {
      const image::RemovedImage removed = context.engine().remove_image(name, false);
      for (std::string& line : context.personality.prune.image(removed, context.names()))
        pruned.lines.push_back(std::move(line));
      pruned.bytes += removed.freed_bytes;
      if (removed.image) return;
    } catch (const base::Error& error) {
      const bool in_use = error.message().starts_with("conflict: ");
      // A name by digest goes with the last tag of its repository.
      if (!in_use && error.kind() != base::ErrorKind::not_found) throw;
    }
  }
}

bool is_stopped(const engine::Container& container) {
  return engine::is_over(container.state) ||
         std::holds_alternative<engine::Created>(container.state);
}

}  // namespace

void PruneFilter::declare(Options& options) {
  options.add({.name = "filter",
               .type = "filter",
               .meaning = "Remove only those that fit: until=TIME, label=KEY[=VALUE], label!=…",
               .set = [this](std::string_view value) { return add(value); }});
}

std::optional<std::string> PruneFilter::add(std::string_view text) {
  const auto rest_of = [&](std::string_view key) -> std::optional<std::string_view> {
    if (!text.starts_with(key)) return std::nullopt;
    return text.substr(key.size());
  };
  texts_.push_back(base::printable(text));
  if (const auto moment = rest_of("until=")) return add_moment(*moment);
  if (const auto label = rest_of("label!=")) {
    unwanted_.emplace_back(*label);
  } else if (const auto wanted = rest_of("label=")) {
    wanted_.emplace_back(*wanted);
  } else {
    const auto dangling = rest_of("dangling=");
    const auto truth = of_images_ && dangling ? parse_truth(*dangling) : std::nullopt;
    if (!truth) return fmt::format("invalid filter '{}'", base::printable(text));
    named_ = named_ || !*truth;
  }
  return std::nullopt;
}

std::optional<std::string> PruneFilter::add_moment(std::string_view text) {
  if (before_) return "more than one until filter specified";
  before_ = parse_moment(text, base::wall_now());
  if (!before_) return fmt::format("no time: '{}'", base::printable(text));
  return std::nullopt;
}

bool PruneFilter::takes(const Labels& labels, const std::optional<base::WallTime>& created) const {
  const auto has = [&](const std::string& text) { return has_label(labels, text); };
  return std::all_of(wanted_.begin(), wanted_.end(), has) &&
         std::none_of(unwanted_.begin(), unwanted_.end(), has) &&
         !(before_ && created.value_or(base::WallTime{}) >= *before_);
}

std::vector<std::string> PruneFilter::texts() const {
  std::vector<std::string> sorted = texts_;
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

bool is_sure(Context& context, std::string_view warning) {
  context.out.line(warning);
  context.out.write(question);
  context.out.flush();
  const std::string answer = read_line(context.world.input);
  return answer == "y" || answer == "Y" || answer == "yes";
}

Pruned prune_containers(Context& context, const PruneFilter& filter) {
  Pruned pruned;
  for (const engine::Container& container : context.engine().containers()) {
    const engine::ContainerConfig& config = container.config;
    if (!is_stopped(container) || !filter.takes(config.labels, config.created)) continue;
    const std::uint64_t size = context.engine().disk_usage(config);
    context.engine().remove(config.id, false);
    pruned.bytes += size;
    pruned.lines.push_back(config.id);
  }
  return pruned;
}

Pruned prune_images(Context& context, const PruneFilter& filter, bool all) {
  const std::vector<std::string> used = used_images(context);
  Pruned pruned;
  for (const image::Image& image : context.engine().images()) {
    const bool wanted = all || filter.takes_named() || image.tags.empty();
    if (!wanted || std::find(used.begin(), used.end(), image.id.text()) != used.end()) continue;
    if (filter.takes(image.config.labels, image.created())) prune_image(context, image, pruned);
  }
  return pruned;
}

void tell_pruned(Context& context, std::string_view heading, const Pruned& pruned) {
  if (pruned.lines.empty()) return;
  if (!heading.empty()) context.out.line(heading);
  for (const std::string& line : pruned.lines) context.out.line(line);
  if (context.personality.prune.spaced) context.out.line("");
}

void tell_total(Context& context, std::uint64_t bytes) {
  context.out.line(fill(context.personality.prune.total, {{"size", base::human_size(bytes, 4)}}));
}

}  // namespace cli
