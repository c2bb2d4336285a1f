#include "cli/help_page.h"

#include <fmt/core.h>

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "cli/wording.h"

namespace cli {
namespace {

constexpr std::size_t page_width = 80;

// Words with line breaks so that no line is longer than `width`, where words allow it.
std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  std::vector<std::string> lines(1);
  for (const std::string& word : base::split(text, ' ')) {
    std::string& line = lines.back();
    if (!line.empty() && display_width(line) + 1 + display_width(word) > width) {
      lines.push_back(word);
    } else {
      line += (line.empty() ? "" : " ") + word;
    }
  }
  return lines;
}

struct Entry {
  std::string left;
  std::string right;
};

// Two columns, the second of them wrapped.
std::string columns(const std::vector<Entry>& entries, std::size_t least = 0) {
  constexpr std::size_t gap = 3;
  std::size_t width = least;
  for (const Entry& entry : entries) width = std::max(width, entry.left.size());
  std::string text;
  for (const Entry& entry : entries) {
    std::string left = entry.left;
    for (const std::string& line : wrapped(entry.right, page_width - width - gap)) {
      text += fmt::format("{:<{}}{}\n", left, width + gap, line);
      left.clear();
    }
  }
  return text;
}

Entry option_entry(const Personality& personality, const Option& option) {
  std::string left = option.letter ? fmt::format("  -{}, ", option.letter) : "      ";
  left += fmt::format("--{}", option.name);
  if (!option.is_switch()) left += fmt::format(" {}", option.type);
  return {left, fill(option.meaning, {{"program", personality.program}})};
}

std::string option_group(const Personality& personality, const Options& options,
                         std::string_view group) {
  std::vector<const Option*> members;
  for (const Option& option : options.all())
    if (!option.hidden && option.group == group) members.push_back(&option);
  std::sort(members.begin(), members.end(),
            [](const Option* a, const Option* b) { return a->name < b->name; });
  std::vector<Entry> entries;
  entries.reserve(members.size());
  for (const Option* option : members) entries.push_back(option_entry(personality, *option));
  return fmt::format("\n{}:\n{}", group, columns(entries));
}

// Each group under its heading, in the order in which groups first appear.
std::string option_groups(const Personality& personality, const Options& options) {
  std::vector<std::string_view> seen;
  std::string text;
  for (const Option& option : options.all()) {
    if (option.hidden || std::find(seen.begin(), seen.end(), option.group) != seen.end()) continue;
    seen.push_back(option.group);
    text += option_group(personality, options, option.group);
  }
  return text;
}

std::string alias_line(const Personality& personality, const CommandEntry& command) {
  if (command.aliases.empty()) return "";
  std::vector<std::string> ways = base::split(command.aliases, ',');
  ways.emplace_back(command.name);
  for (std::string& way : ways) way = fmt::format("{} {}", personality.program, way);
  return fmt::format("\nAliases:\n  {}\n", base::join(ways, ", "));
}

std::string command_list(std::string_view heading, std::vector<Entry> entries) {
  constexpr std::size_t name_width = 11;
  for (Entry& entry : entries) entry.left.insert(0, "  ");
  return fmt::format("\n{}:\n{}", heading, columns(entries, name_width));
}

std::string summary_of(const Personality& personality, const CommandEntry& command) {
  return fill(command.summary, {{"program", personality.program}});
}

std::string commands_of_group(const Personality& personality, std::string_view group) {
  std::vector<Entry> entries;
  for (const CommandEntry* command : command_table())
    if (command->group == group)
      entries.push_back({std::string(command->name), summary_of(personality, *command)});
  return command_list(group, std::move(entries));
}

std::string management_commands() {
  std::vector<Entry> entries;
  for (const CommandGroup& group : command_groups())
    entries.push_back({std::string(group.name), std::string(group.summary)});
  return command_list("Management Commands", std::move(entries));
}

std::string more_help(const Personality& personality, std::string_view path) {
  return fmt::format("\nRun '{}{} COMMAND --help' for more information on a command.\n",
                     personality.program, path);
}

}  // namespace

std::string usage_line(const Personality& personality, const CommandEntry& command,
                       std::string_view path) {
  return fmt::format("{} {}{}{}", personality.program, path, command.usage.empty() ? "" : " ",
                     command.usage);
}

std::string command_help(const Personality& personality, const CommandEntry& command,
                         std::string_view path) {
  const std::unique_ptr<Command> verb = command.make();
  const Options options = options_of(personality, command, *verb);
  std::string text = fmt::format("Usage:  {}\n\n{}\n", usage_line(personality, command, path),
                                 summary_of(personality, command));
  text += alias_line(personality, command);
  text += option_groups(personality, options);
  if (!command.examples.empty()) {
    text += "\nExamples:\n";
    for (const std::string& line : base::split(command.examples, '\n'))
      text += "  " + fill(line, {{"program", personality.program}}) + "\n";
  }
  return text;
}

std::string group_help(const Personality& personality, const CommandGroup& group) {
  std::vector<Entry> entries;
  for (const GroupMember& member : group_members(group))
    entries.push_back({std::string(member.name), summary_of(personality, *member.command)});
  return fmt::format("Usage:  {} {} COMMAND\n\n{}\n", personality.program, group.name,
                     group.summary) +
         command_list("Commands", std::move(entries)) +
         more_help(personality, fmt::format(" {}", group.name));
}

std::string program_help(const Personality& personality, const Options& globals) {
  std::string text =
      fmt::format("Usage:  {} [OPTIONS] COMMAND\n\n{}\n", personality.program, personality.summary);
  text += commands_of_group(personality, "Common Commands");
  text += management_commands();
  text += commands_of_group(personality, "Commands");
  text += option_groups(personality, globals);
  text += more_help(personality, "");
  return text;
}

}  // namespace cli
