#include <fmt/core.h>

#include <algorithm>
#include <iterator>

#include "base/error.h"
#include "base/text.h"
#include "cli/command_table.h"
#include "cli/environment.h"
#include "cli/progress_view.h"
#include "cli/terminal.h"
#include "cli/timing.h"
#include "cli/wording.h"

namespace cli {
namespace {

using Refusal = std::optional<std::string>;

struct PullPolicyName {
  std::string_view name;
  engine::PullPolicy policy;
};
constexpr PullPolicyName pull_policies[] = {{"always", engine::PullPolicy::always},
                                            {"missing", engine::PullPolicy::missing},
                                            {"never", engine::PullPolicy::never}};

[[noreturn]] void refuse(std::string_view pattern, std::string_view name, std::string_view value) {
  throw base::Error(base::ErrorKind::usage, fill(pattern, {{name, base::printable(value)}}));
}

class Run : public Command {
 public:
  void declare(Options& options) override {
    declare_container(options);
    declare_process(options);
    declare_image(options);
    declare_guest(options);
  }

  int run(Context& context) override {
    const engine::Container container = create(context);
    context.out.flush();
    context.err.flush();
    const engine::Stdio stdio{.input = request_.interactive ? context.world.input : -1,
                              .output = context.world.output,
                              .error = context.world.error};
    const engine::RunOutcome outcome = context.engine().start_attached(container.config.id, stdio);
    const int code = report(context, outcome, container.config.argv);
    if (timing_) print_timing(context.err, outcome.timing);
    return code;
  }

 private:
  void declare_container(Options& options) {
    options.add_switch(request_.auto_remove, "rm", 0, "Remove the container when it exits");
    options.add_switch(request_.interactive, "interactive", 'i', "Keep standard input open");
    options.add_text(request_.name, "name", 0, "string", "Name of the container");
    options.add_text(request_.hostname, "hostname", 'h', "string", "Host name in the container");
    options.add({.name = "label",
                 .letter = 'l',
                 .type = "list",
                 .meaning = "Set a label: KEY=VALUE",
                 .set = [this](std::string_view value) { return set_label(value); }});
    options.add({.name = "memory",
                 .letter = 'm',
                 .type = "bytes",
                 .meaning = "Memory that the container may use (64m, 1g)",
                 .set = [this](std::string_view value) { return set_memory(value); }});
    options.add_switch(request_.read_only, "read-only", 0, "Make the root file system read-only");
    options.add_switch(request_.init, "init", 0,
                       "Run an init that forwards signals and reaps processes");
  }

  void declare_process(Options& options) {
    options.add({.name = "env",
                 .letter = 'e',
                 .type = "list",
                 .meaning = "Set a variable: NAME=VALUE, or NAME to pass ours on",
                 .set = [this](std::string_view value) {
                   auto refusal = refused_variable(value);
                   if (!refusal) variables_.emplace_back(value);
                   return refusal;
                 }});
    options.add_list(variable_files_, "env-file", 0, "list", "Read variables from a file");
    options.add_text(request_.working_directory, "workdir", 'w', "string",
                     "Directory in which the command runs");
    options.add_text(request_.user, "user", 'u', "string", "User, by name or number: USER[:GROUP]");
    options.add({.name = "entrypoint",
                 .type = "string",
                 .meaning = "Replace the image's ENTRYPOINT; \"\" removes it",
                 .set = [this](std::string_view value) {
                   entrypoint_ = value;
                   return Refusal();
                 }});
  }

  void declare_image(Options& options) {
    options.add_text(pull_, "pull", 0, "string",
                     "Pull the image before: always, missing or never (default \"missing\")");
    options.add_text(request_.platform, "platform", 0, "string",
                     "Platform of the image: OS/ARCH[/VARIANT]");
    options.add_switch(quiet_, "quiet", 'q', "Show no progress of the pull");
  }

  void declare_guest(Options& options) {
    options.group("Xen Options");
    options.add({.name = "vcpus",
                 .type = "int",
                 .meaning = "Virtual CPUs of the guest",
                 .set = [this](std::string_view value) { return set_vcpus(value); }});
    options.add({.name = "xen-type",
                 .type = "string",
                 .meaning = "Type of the guest: pv or pvh",
                 .set = [this](std::string_view value) { return set_guest_type(value); }});
    options.add_text(request_.kernel, "kernel", 0, "string",
                     "Guest kernel, as `vxn-kernel list` names it");
    options.add_switch(timing_, "timing", 0, "Show how long each step took, at the end");
  }

  Refusal set_label(std::string_view value) {
    const std::size_t equals = value.find('=');
    const std::string_view key = value.substr(0, equals);
    if (key.empty()) return fmt::format("invalid label '{}': empty name", base::printable(value));
    request_.labels[std::string(key)] =
        equals == std::string_view::npos ? "" : value.substr(equals + 1);
    return std::nullopt;
  }

  // None and 0 are the settings' default, as docker's is no limit.
  Refusal set_memory(std::string_view value) {
    const auto bytes = base::parse_size(value);
    if (!bytes) return fmt::format("invalid size: '{}'", base::printable(value));
    request_.memory = bytes;
    if (*bytes == 0) request_.memory.reset();
    return std::nullopt;
  }

  Refusal set_vcpus(std::string_view value) {
    const auto count = base::parse_number<unsigned>(value);
    if (!count || *count == 0) return "not a number above 0";
    request_.vcpus = count;
    return std::nullopt;
  }

  Refusal set_guest_type(std::string_view value) {
    if (value != "pv" && value != "pvh") return "neither pv nor pvh";
    request_.guest_type = value;
    return std::nullopt;
  }

  void complete_request(const Context& context) {
    const Personality& personality = context.personality;
    const Messages& messages = personality.messages;
    request_.image = context.arguments.front();
    request_.command.assign(context.arguments.begin() + 1, context.arguments.end());
    request_.provisional = true;
    if (entrypoint_) request_.entrypoint = personality.entrypoint(*entrypoint_);
    request_.env = resolve_environment(variables_, variable_files_);
    request_.pull = pull_policy(messages);
    if (!request_.name.empty() && !engine::valid_name(request_.name))
      refuse(messages.invalid_name, "name", request_.name);
    if (request_.memory && *request_.memory < personality.least_memory)
      throw base::Error(base::ErrorKind::usage, std::string(messages.memory_too_small));
    if (!request_.working_directory.empty() && request_.working_directory.front() != '/')
      refuse(messages.invalid_directory, "directory", request_.working_directory);
  }

  engine::PullPolicy pull_policy(const Messages& messages) const {
    const auto* found =
        std::find_if(std::begin(pull_policies), std::end(pull_policies),
                     [&](const PullPolicyName& candidate) { return candidate.name == pull_; });
    if (found == std::end(pull_policies)) refuse(messages.invalid_pull_policy, "value", pull_);
    return found->policy;
  }

  // Progress is for people: on a terminal or not at all, so that a program that reads standard
  // error finds the container's there and nothing else.
  engine::Container create(Context& context) {
    complete_request(context);
    base::NoProgress silence;
    LiveProgress view(context.err, context.personality.pull, terminal_size(context.err.fd()));
    const bool watched = !quiet_ && is_terminal(context.err.fd());
    base::Progress& progress = watched ? static_cast<base::Progress&>(view) : silence;
    try {
      return context.engine().create(request_, progress);
    } catch (const base::Error& error) {
      if (error.kind() == base::ErrorKind::already_exists) refuse_name(context);
      throw;
    }
  }

  // Says in the personality's words who has the name; returns where nobody has it any longer.
  void refuse_name(Context& context) const {
    std::string holder;
    try {
      holder = context.engine().container(request_.name).config.id;
    } catch (const base::Error&) {
      return;
    }
    throw base::Error(
        base::ErrorKind::already_exists,
        fill(context.personality.messages.name_in_use, {{"name", request_.name}, {"id", holder}}));
  }

  // What there is to say of the end, and the exit status.
  static int report(Context& context, const engine::RunOutcome& outcome,
                    const std::vector<std::string>& argv) {
    std::string message = outcome.error;
    int code = outcome.code;
    if (outcome.failure) {
      message = context.personality.start_failure(*outcome.failure, argv.empty() ? "" : argv[0]);
      code = outcome.failure->code;
    }
    if (!message.empty())
      context.err.line(fill(context.personality.messages.failure,
                            {{"program", context.personality.program}, {"message", message}}));
    return code;
  }

  engine::CreateRequest request_;
  std::vector<std::string> variables_;
  std::vector<std::string> variable_files_;
  std::optional<std::string> entrypoint_;
  std::string pull_ = "missing";
  bool quiet_ = false;
  bool timing_ = false;
};

}  // namespace

const CommandEntry run_command{
    .name = "run",
    .aliases = "container run",
    .group = "Common Commands",
    .summary = "Create and run a new container from an image",
    .usage = "[OPTIONS] IMAGE [COMMAND] [ARG...]",
    .examples =
        "{program} run --rm alpine echo hello\n"
        "{program} run --rm -i -e LANG -m 512m debian sh <script.sh\n"
        "{program} run --name web -w /srv --read-only python:3 python -m http.server",
    .takes = {.least = 1, .most = ArgumentRange::any},
    .interspersed = false,
    .runs = true,
    .interruptible = true,
    .make = make_command<Run>,
};

}  // namespace cli
