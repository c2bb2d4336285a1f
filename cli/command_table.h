// Which commands there are and how their names are found.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"

namespace cli {

// In the order of --help.
std::span<const CommandEntry* const> command_table();

// The nouns of which commands are aliases: "image" of "image ls".
struct CommandGroup {
  std::string_view name;
  std::string_view summary;
};
std::span<const CommandGroup> command_groups();

// What people know as a command and what is done elsewhere.
struct AbsentCommand {
  std::string_view name;  // may be of two words
  std::string_view way;   // {program}
};
// The one that a command line asks for; nullptr: none.
const AbsentCommand* find_absent(std::span<const std::string> words);

// What a command line begins with. One of `command` and `group`, or neither where nothing has that
// name.
struct FoundCommand {
  const CommandEntry* command = nullptr;
  const CommandGroup* group = nullptr;
  std::size_t words = 0;  // of the command line that are its name
  std::string path;       // "image ls"
};
FoundCommand find_command(std::span<const std::string> words);

// What a command has, with the personality's letters. `command`, which it binds to, must stay.
Options options_of(const Personality& personality, const CommandEntry& entry, Command& command);

// The aliases of a group: {"ls", its command}.
struct GroupMember {
  std::string_view name;
  const CommandEntry* command;
};
std::vector<GroupMember> group_members(const CommandGroup& group);

// Each in cli/commands/NAME.cc; restart in stop.cc, vimport in import.cc, vrun in run.cc, vshell in
// exec.cc, both kinds of exists in exists.cc, vmemres in memres.cc and memres_status.cc, vconfig
// in config.cc, vstorage in storage.cc.
extern const CommandEntry attach_command;
extern const CommandEntry check_command;
extern const CommandEntry container_exists_command;
extern const CommandEntry create_command;
extern const CommandEntry df_command;
extern const CommandEntry doctor_command;
extern const CommandEntry exec_command;
extern const CommandEntry help_command;
extern const CommandEntry history_command;
extern const CommandEntry image_exists_command;
extern const CommandEntry images_command;
extern const CommandEntry import_command;
extern const CommandEntry info_command;
extern const CommandEntry inspect_command;
extern const CommandEntry kill_command;
extern const CommandEntry load_command;
extern const CommandEntry login_command;
extern const CommandEntry logout_command;
extern const CommandEntry logs_command;
extern const CommandEntry ps_command;
extern const CommandEntry pause_command;
extern const CommandEntry config_command;
extern const CommandEntry memres_list_command;
extern const CommandEntry memres_logs_command;
extern const CommandEntry memres_restart_command;
extern const CommandEntry memres_start_command;
extern const CommandEntry memres_status_command;
extern const CommandEntry memres_stop_command;
extern const CommandEntry port_command;
extern const CommandEntry storage_list_command;
extern const CommandEntry storage_path_command;
extern const CommandEntry prune_command;
extern const CommandEntry prune_images_command;
extern const CommandEntry prune_system_command;
extern const CommandEntry pull_command;
extern const CommandEntry push_command;
extern const CommandEntry rename_command;
extern const CommandEntry restart_command;
extern const CommandEntry rm_command;
extern const CommandEntry rmi_command;
extern const CommandEntry run_command;
extern const CommandEntry save_command;
extern const CommandEntry search_command;
extern const CommandEntry start_command;
extern const CommandEntry stop_command;
extern const CommandEntry tag_command;
extern const CommandEntry top_command;
extern const CommandEntry unpause_command;
extern const CommandEntry untag_command;
extern const CommandEntry version_command;
extern const CommandEntry vimport_command;
extern const CommandEntry vrun_command;
extern const CommandEntry vshell_command;
extern const CommandEntry wait_command;

}  // namespace cli
