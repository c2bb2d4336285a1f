#include "cli/chosen_containers.h"

#include <algorithm>
#include <iterator>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

namespace cli {
namespace {

constexpr std::size_t longest_id = 4096;

}  // namespace

std::vector<engine::Container> containers_by_age(Context& context) {
  std::vector<engine::Container> all = context.engine().containers();
  std::stable_sort(all.begin(), all.end(),
                   [](const engine::Container& a, const engine::Container& b) {
                     return a.config.created > b.config.created;
                   });
  return all;
}

std::vector<std::string> arguments_with(Context& context, bool latest) {
  std::vector<std::string> words;
  if (latest) {
    const std::vector<engine::Container> all = containers_by_age(context);
    if (all.empty()) throw base::Error(base::ErrorKind::not_found, "there are no containers");
    words.push_back(all.front().config.id);
  }
  std::copy(context.arguments.begin(), context.arguments.end(), std::back_inserter(words));
  return words;
}

void ChosenContainers::declare(Options& options, char letter) {
  options.add_switch(all_, "all", letter, "All that this can be done to");
  options.add({.name = "filter",
               .type = "filter",
               .meaning = "Those of them that fit, as of ps",
               .set = [this](std::string_view value) {
                 filtered_ = true;
                 return filter_.add(value);
               }});
  options.add_switch(latest_, "latest", 'l', "The one that was made last");
}

void ChosenContainers::declare_files(Options& options) {
  options.add_list(id_files_, "cidfile", 0, "list", "Read a container's id from a file");
}

void ChosenContainers::choose(Context& context, Meant meant) const {
  for (const std::string& file : id_files_)
    context.arguments.emplace_back(base::trim(base::read_file(file, longest_id)));
  if (!all_ && !latest_ && !filtered_) return;
  if (!context.arguments.empty())
    throw base::Error(base::ErrorKind::usage,
                      "no names are taken beside --all, --latest and --filter");
  std::vector<engine::Container> chosen = containers_by_age(context);
  if (latest_)
    chosen.resize(std::min<std::size_t>(chosen.size(), 1));
  else
    std::erase_if(chosen, [&](const engine::Container& one) { return !meant(one.state); });
  for (const engine::Container& container : filter_.apply(chosen))
    context.arguments.push_back(container.config.id);
}

}  // namespace cli
