// One verb of the command line, and what it gets to work with.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/app.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/personality.h"

namespace cli {

// What the options before the command said.
struct Globals {
  std::map<std::string, std::string> settings;  // by key, for engine::load_settings
  bool debug = false;
};

// Outlives the command.
class Context {
 public:
  Context(const Personality& personality, const World& world, Globals globals);
  ~Context();

  const Personality& personality;
  const World& world;
  const Globals globals;
  Output out;                          // standard output
  Output err;                          // standard error
  std::vector<std::string> arguments;  // what is neither option nor command name

  // Made when it is first asked for: reads the settings.
  engine::Engine& engine();
  RowContext row_context(bool truncate) const;

 private:
  std::unique_ptr<engine::Engine> engine_;
};

class Command {
 public:
  virtual ~Command() = default;
  virtual void declare(Options& options) = 0;  // binds options to this object's members
  // The exit status. Throws base::Error where the whole of it could not be done.
  virtual int run(Context& context) = 0;
};

// A command as --help lists it. Each file in cli/commands/ defines one; command_table.h names them.
struct CommandEntry {
  std::string_view name;     // "images"
  std::string_view aliases;  // "image ls, image list": other ways to say it
  std::string_view summary;
  std::string_view usage;  // what follows the options: "IMAGE [COMMAND] [ARG...]"
  std::string_view group;  // heading in --help
  std::string_view examples;
  ArgumentRange takes;
  bool interspersed = true;  // false: options end at the first argument
  bool own_failure_125 = false;
  std::unique_ptr<Command> (*make)();
};

}  // namespace cli
