// One verb of the command line: a file in cli/commands/, without a header.
#pragma once

#include <memory>
#include <string_view>

#include "cli/context.h"
#include "cli/options.h"
#include "cli/personality.h"

namespace cli {

class Command {
 public:
  virtual ~Command() = default;
  // Binds options to this object's members.
  virtual void declare(Options& options) = 0;
  // Its options say what it is about: it needs no arguments then.
  virtual bool chooses() const { return false; }
  // The exit status. Throws base::Error where the whole of it could not be done.
  virtual int run(Context& context) = 0;
};

// A command as --help shows it; command_table.h names them all. Texts may hold {program}.
struct CommandEntry {
  std::string_view name;     // "images"
  std::string_view aliases;  // "image ls,image list": other ways to say it
  std::string_view group;    // its heading in --help
  std::string_view summary;
  std::string_view usage;     // what follows the name: "[OPTIONS] IMAGE [COMMAND] [ARG...]"
  std::string_view examples;  // a line each
  ArgumentRange takes;
  bool interspersed = true;    // false: options end at the first argument
  bool runs = false;           // its failures exit with 125, apart from the container's own
  bool interruptible = false;  // looks at base::interrupted() and cleans up
  std::unique_ptr<Command> (*make)();
};

template <typename Verb>
std::unique_ptr<Command> make_command() {
  return std::make_unique<Verb>();
}

}  // namespace cli
