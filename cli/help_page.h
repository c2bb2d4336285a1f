// The texts of --help.
#pragma once

#include <string>
#include <string_view>

#include "cli/command_table.h"
#include "cli/options.h"
#include "cli/personality.h"

namespace cli {

// "vdkr run [OPTIONS] IMAGE [COMMAND] [ARG...]"; `path` is the command as it was called.
std::string usage_line(const Personality& personality, const CommandEntry& command,
                       std::string_view path);

std::string command_help(const Personality& personality, const CommandEntry& command,
                         std::string_view path);
std::string group_help(const Personality& personality, const CommandGroup& group);
std::string program_help(const Personality& personality, const Options& globals);

}  // namespace cli
