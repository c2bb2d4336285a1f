#include "cli/command_table.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace cli {
namespace {

constexpr std::array table = {
    &run_command,
    &exec_command,
    &ps_command,
    &pull_command,
    &push_command,
    &images_command,
    &create_command,
    &start_command,
    &stop_command,
    &restart_command,
    &kill_command,
    &wait_command,
    &pause_command,
    &unpause_command,
    &logs_command,
    &attach_command,
    &top_command,
    &port_command,
    &vrun_command,
    &vshell_command,
    &inspect_command,
    &rename_command,
    &rm_command,
    &prune_command,
    &rmi_command,
    &prune_images_command,
    &prune_system_command,
    &df_command,
    &check_command,
    &history_command,
    &tag_command,
    &untag_command,
    &save_command,
    &load_command,
    &import_command,
    &vimport_command,
    &login_command,
    &logout_command,
    &search_command,
    &memres_start_command,
    &memres_stop_command,
    &memres_restart_command,
    &memres_status_command,
    &memres_list_command,
    &memres_logs_command,
    &config_command,
    &storage_path_command,
    &storage_list_command,
    &info_command,
    &doctor_command,
    &version_command,
    &help_command,
    &image_exists_command,
    &container_exists_command,
};

constexpr std::string_view build_elsewhere =
    "images are built elsewhere: `podman build -t NAME .`, then `podman save NAME | {program} "
    "load`";
constexpr std::array absent = {
    AbsentCommand{"build", build_elsewhere},
    AbsentCommand{"buildx", build_elsewhere},
    AbsentCommand{"image build", build_elsewhere},
    AbsentCommand{"provision", build_elsewhere},
};

constexpr std::array groups = {
    CommandGroup{"container", "Manage containers"},
    CommandGroup{"image", "Manage images"},
    CommandGroup{"system", "Manage the host"},
    CommandGroup{"vmemres", "Manage guests that stay, for containers that share one"},
    CommandGroup{"memres", "The same as vmemres"},
    CommandGroup{"vstorage", "Show and clean what is kept"},
};

bool has_alias(const CommandEntry& command, std::string_view path) {
  const auto aliases = base::split(command.aliases, ',');
  return std::find(aliases.begin(), aliases.end(), path) != aliases.end();
}

template <typename Matches>
const CommandEntry* find(Matches matches) {
  const auto* found = std::find_if(table.begin(), table.end(),
                                   [&](const CommandEntry* command) { return matches(*command); });
  return found == table.end() ? nullptr : *found;
}

}  // namespace

std::span<const CommandEntry* const> command_table() { return table; }

std::span<const CommandGroup> command_groups() { return groups; }

FoundCommand find_command(std::span<const std::string> words) {
  if (words.empty()) return {};
  const std::string& first = words[0];
  if (const auto* command = find([&](const CommandEntry& c) { return c.name == first; }))
    return {.command = command, .words = 1, .path = first};
  const auto* group = std::find_if(groups.begin(), groups.end(),
                                   [&](const CommandGroup& g) { return g.name == first; });
  if (group == groups.end()) return {};
  if (words.size() > 1) {
    const std::string path = first + " " + words[1];
    const auto is_at = [&](const CommandEntry& c) { return c.name == path || has_alias(c, path); };
    if (const auto* command = find(is_at)) return {.command = command, .words = 2, .path = path};
  }
  return {.group = group, .words = 1, .path = first};
}

const AbsentCommand* find_absent(std::span<const std::string> words) {
  const auto is_it = [&](const AbsentCommand& command) {
    const bool two = words.size() > 1 && command.name == words[0] + " " + words[1];
    return two || (!words.empty() && command.name == words[0]);
  };
  const auto* found = std::find_if(absent.begin(), absent.end(), is_it);
  return found == absent.end() ? nullptr : found;
}

Options options_of(const Personality& personality, const CommandEntry& entry, Command& command) {
  Options options;
  command.declare(options);
  for (const LetterChange& change : personality.letters)
    if (change.command == entry.name) options.set_letter(change.option, change.letter);
  return options;
}

std::vector<GroupMember> group_members(const CommandGroup& group) {
  std::vector<GroupMember> members;
  for (const CommandEntry* command : table) {
    // One that is in a group only has its path for a name.
    const bool grouped = command->name.find(' ') != std::string_view::npos;
    const bool named = grouped && command->name.starts_with(std::string(group.name) + " ");
    std::string_view rest = named ? command->name : command->aliases;
    while (!rest.empty()) {
      const std::string_view alias = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(rest.size(), alias.size() + 1));
      const std::size_t space = alias.find(' ');
      if (alias.substr(0, space) != group.name) continue;
      members.push_back({alias.substr(space + 1), command});
      break;  // the first alias in a group is the one to show
    }
  }
  std::sort(members.begin(), members.end(),
            [](const GroupMember& a, const GroupMember& b) { return a.name < b.name; });
  return members;
}

}  // namespace cli
