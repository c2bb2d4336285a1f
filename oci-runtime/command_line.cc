#include "oci-runtime/command_line.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/json.h"
#include "base/signals.h"
#include "base/text.h"
#include "cli/options.h"

namespace oci {
namespace {

// All that operations take.
struct Operation {
  CreateOptions create;
  bool all = false;
  bool force = false;
  bool ignored = false;  // what has no meaning for a guest and changes nothing
};

struct Entry {
  std::string_view name, usage, summary;
  std::size_t least, most;  // arguments
  void (*declare)(cli::Options& options, Operation& operation);
  std::string (*run)(Runtime& runtime, const Operation& operation,
                     const std::vector<std::string>& arguments);
};

std::optional<std::string> only_zero(std::string_view value) {
  if (value == "0") return std::nullopt;
  return "a guest inherits no descriptors of the host's";
}

void declare_create(cli::Options& options, Operation& operation) {
  CreateOptions& create = operation.create;
  options.add_text(create.bundle, "bundle", 'b', "string",
                   "Directory of the bundle (default: this)");
  options.add_text(create.pid_file, "pid-file", 0, "string", "Write the process's pid there");
  options.add_text(create.console_socket, "console-socket", 0, "string",
                   "Send the terminal's master to who listens there");
  options.add_switch(operation.ignored, "no-pivot", 0, "Nothing: a guest has a root of its own");
  options.add_switch(operation.ignored, "no-new-keyring", 0, "Nothing: a guest has its own keys");
  options.add({.name = "preserve-fds",
               .type = "int",
               .meaning = "Only 0: a guest inherits no descriptors",
               .set = only_zero});
}

void declare_nothing(cli::Options&, Operation&) {}

void declare_kill(cli::Options& options, Operation& operation) {
  options.add_switch(operation.all, "all", 'a', "Nothing more: what is left ends with the first");
}

void declare_delete(cli::Options& options, Operation& operation) {
  options.add_switch(operation.force, "force", 'f', "Also one that runs");
}

std::string run_create(Runtime& runtime, const Operation& operation,
                       const std::vector<std::string>& arguments) {
  runtime.create(arguments[0], operation.create);
  return {};
}

std::string run_start(Runtime& runtime, const Operation&,
                      const std::vector<std::string>& arguments) {
  runtime.start(arguments[0]);
  return {};
}

std::string run_state(Runtime& runtime, const Operation&,
                      const std::vector<std::string>& arguments) {
  return runtime.state(arguments[0]);
}

std::string run_kill(Runtime& runtime, const Operation&,
                     const std::vector<std::string>& arguments) {
  const auto signal =
      arguments.size() > 1 ? base::parse_signal(arguments[1]) : std::optional(SIGTERM);
  if (!signal)
    throw base::Error(base::ErrorKind::usage, "unknown signal " + base::printable(arguments[1]));
  runtime.kill(arguments[0], *signal);
  return {};
}

std::string run_delete(Runtime& runtime, const Operation& operation,
                       const std::vector<std::string>& arguments) {
  runtime.remove(arguments[0], operation.force);
  return {};
}

constexpr std::array entries = {
    Entry{"create", "create [OPTIONS] ID", "Make a container of a bundle; its process waits", 1, 1,
          declare_create, run_create},
    Entry{"start", "start ID", "Start the command of a container that was created", 1, 1,
          declare_nothing, run_start},
    Entry{"state", "state ID", "Print a container's state as JSON", 1, 1, declare_nothing,
          run_state},
    Entry{"kill", "kill [OPTIONS] ID [SIGNAL]", "Send a signal, SIGTERM unless told otherwise", 1,
          2, declare_kill, run_kill},
    Entry{"delete", "delete [OPTIONS] ID", "Remove a container that has stopped", 1, 1,
          declare_delete, run_delete},
};

[[noreturn]] void refuse(const std::string& why) {
  throw base::Error(base::ErrorKind::usage, why + " (see vxn-oci-runtime --help)");
}

std::string options_page(const cli::Options& options) {
  std::string page;
  for (const cli::Option& option : options.all()) {
    const std::string letter = option.letter != 0 ? fmt::format("-{}, ", option.letter) : "    ";
    page +=
        fmt::format("      {}--{:<24} {}\n", letter,
                    fmt::format("{}{}{}", option.name, option.is_switch() ? "" : " ", option.type),
                    option.meaning);
  }
  return page;
}

std::string help(const cli::Options& global) {
  std::string page =
      "Usage: vxn-oci-runtime [OPTIONS] COMMAND\n\nAn OCI runtime whose containers are Xen virtual "
      "machines; for podman, docker and containerd.\n\nOptions:\n" +
      options_page(global) + "\nCommands:\n";
  for (const Entry& entry : entries) {
    page += fmt::format("  {:<28} {}\n", entry.usage, entry.summary);
    cli::Options options;
    Operation operation;
    entry.declare(options, operation);
    page += options_page(options);
  }
  return page;
}

void declare(cli::Options& options, CommandLine& line, bool& version, bool& ignored) {
  options.add_text(line.root, "root", 0, "string", "Directory of the runtime's own state");
  options.add_text(line.log.path, "log", 0, "string", "File that failures are told in, too");
  options.add({.name = "log-format",
               .type = "string",
               .meaning = "Its format: text or json",
               .set = [&line](std::string_view value) -> std::optional<std::string> {
                 if (value != "text" && value != "json") return "neither text nor json";
                 line.log.json = value == "json";
                 return std::nullopt;
               }});
  options.add_switch(line.debug, "debug", 0, "Tell each step on standard error");
  options.add_switch(ignored, "systemd-cgroup", 0,
                     "Nothing more: cgroupsPath is read in both forms");
  options.add_switch(version, "version", 'v', "Print the version");
}

}  // namespace

void parse_command_line(const std::vector<std::string>& words, CommandLine& line) {
  bool version = false;
  bool ignored = false;
  cli::Options global;
  declare(global, line, version, ignored);
  const cli::ParsedOptions parsed = global.parse(words, false);
  if (parsed.refusal) refuse(*parsed.refusal);
  if (version) line.page = "vxn-oci-runtime version " VXN_VERSION "\nspec: 1.0.2\n";
  if (parsed.help || (parsed.arguments.empty() && !version)) line.page = help(global);
  if (!line.page.empty()) return;
  const auto* entry = std::find_if(entries.begin(), entries.end(), [&](const Entry& one) {
    return one.name == parsed.arguments[0];
  });
  if (entry == entries.end())
    refuse(fmt::format("there is no command {}", base::printable(parsed.arguments[0])));
  auto operation = std::make_shared<Operation>();
  cli::Options options;
  entry->declare(options, *operation);
  cli::ParsedOptions own =
      options.parse({parsed.arguments.begin() + 1, parsed.arguments.end()}, true);
  if (own.refusal) refuse(fmt::format("{}: {}", entry->name, *own.refusal));
  if (own.help) {
    line.page = help(global);
    return;
  }
  if (own.arguments.size() < entry->least || own.arguments.size() > entry->most)
    refuse(fmt::format("usage: {}", entry->usage));
  line.work = [entry, operation, arguments = std::move(own.arguments)](Runtime& runtime) {
    return entry->run(runtime, *operation, arguments);
  };
}

std::string log_entry(const LogTarget& target, const std::string& message) {
  const std::string time = base::format_time(base::wall_now());
  if (target.json)
    return base::dump_compact(
               {{"level", "error"}, {"msg", base::printable(message, 4096)}, {"time", time}}) +
           "\n";
  return fmt::format("time=\"{}\" level=error msg=\"{}\"\n", time, base::printable(message, 4096));
}

}  // namespace oci
