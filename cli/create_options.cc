#include "cli/create_options.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/guest_options.h"
#include "cli/refused_options.h"
#include "cli/resource_options.h"
#include "cli/restart_option.h"
#include "cli/starting.h"
#include "cli/stop_options.h"
#include "cli/tmpfs_option.h"
#include "cli/wording.h"

namespace cli {
namespace {

constexpr unsigned most_log_files = 100;

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

engine::PullPolicy pull_policy(const Messages& messages, const std::string& word) {
  const auto* found =
      std::find_if(std::begin(pull_policies), std::end(pull_policies),
                   [&](const PullPolicyName& candidate) { return candidate.name == word; });
  if (found == std::end(pull_policies)) refuse(messages.invalid_pull_policy, "value", word);
  return found->policy;
}

void make_way(Context& context, const std::string& name) {
  if (name.empty())
    throw base::Error(base::ErrorKind::usage, "cannot replace container without --name being set");
  try {
    context.engine().remove(name, true);
    context.out.line(name);
  } catch (const base::Error& error) {
    if (error.kind() != base::ErrorKind::not_found) throw;
  }
}

// What every request must keep to, whoever made it.
void check(const engine::CreateRequest& request, const Personality& personality) {
  const Messages& messages = personality.messages;
  if (!request.name.empty() && !engine::valid_name(request.name))
    refuse(messages.invalid_name, "name", request.name);
  if (request.memory && *request.memory < personality.least_memory)
    throw base::Error(base::ErrorKind::usage, std::string(messages.memory_too_small));
  if (!request.working_directory.empty() && request.working_directory.front() != '/')
    refuse(messages.invalid_directory, "directory", request.working_directory);
  if (request.auto_remove && request.restart.when != engine::RestartPolicy::When::no)
    throw base::Error(base::ErrorKind::usage, std::string(messages.removed_and_restarted));
}

}  // namespace

void CreateOptions::declare(Options& options) {
  declare_container(options);
  declare_process(options);
  ResourceOptions::declare(options, request_);
  policy_.declare(options, request_);
  declare_image(options);
  declare_refused(options);
  declare_guest(options);
}

engine::CreateRequest CreateOptions::request(const Context& context) const {
  engine::CreateRequest request = request_;
  request.image = context.arguments.front();
  request.command.assign(context.arguments.begin() + 1, context.arguments.end());
  if (entrypoint_) request.entrypoint = context.personality.entrypoint(*entrypoint_);
  request.env = environment();
  if (!context.personality.own_variable.empty())
    request.own_env = {std::string(context.personality.own_variable)};
  request.labels = labels();
  request.pull = pull_policy(context.personality.messages, pull_);
  request.platform = pull_options_.platform();
  request.access = pull_options_.access();
  request.user_entry = user_entry_.value_or(context.personality.user_entry);
  request.restart = parse_restart(context.personality.messages, restart_);
  add_writable(request, context.personality);
  check(request, context.personality);
  return request;
}

// Ours first, so that what is said overrides them.
std::vector<std::string> CreateOptions::environment() const {
  std::vector<std::string> all;
  for (char** variable = environ; host_environment_ && *variable != nullptr; ++variable)
    all.emplace_back(*variable);
  for (std::string& variable : environment_.resolved()) all.push_back(std::move(variable));
  return all;
}

void CreateOptions::add_writable(engine::CreateRequest& request,
                                 const Personality& personality) const {
  if (!request.read_only || !read_only_tmpfs_ || !personality.read_only_tmpfs) return;
  for (const char* target : {"/run", "/tmp", "/var/tmp"}) {
    const bool taken = std::any_of(request.tmpfs.begin(), request.tmpfs.end(),
                                   [&](const auto& mount) { return mount.target == target; });
    if (!taken) parse_tmpfs(target, request.tmpfs.emplace_back());
  }
}

engine::Container CreateOptions::create(Context& context, const engine::CreateRequest& request,
                                        bool watched) const {
  if (!id_file_.empty() && base::exists(id_file_))
    throw base::Error(base::ErrorKind::already_exists,
                      fmt::format("container ID file found, make sure the other container isn't "
                                  "running or delete {}",
                                  base::printable(id_file_)));
  if (replace_) make_way(context, request.name);
  engine::Container container = create_container(context, request, watched);
  if (id_file_.empty()) return container;
  try {
    base::replace_file(id_file_, container.config.id, 0644, base::Durability::cached);
  } catch (const base::Error&) {
    context.engine().remove(container.config.id, true);
    throw;
  }
  return container;
}

void CreateOptions::declare_container(Options& options) {
  options.add_switch(request_.auto_remove, "rm", 0, "Remove the container when it exits");
  options.add_text(restart_, "restart", 0, "string",
                   "Start it again when it has ended: no, on-failure[:MOST], always or "
                   "unless-stopped (default \"no\")");
  options.add_switch(request_.interactive, "interactive", 'i', "Keep standard input open");
  options.add_switch(request_.terminal, "tty", 't', "Give the container a terminal");
  options.add_text(request_.name, "name", 0, "string", "Name of the container");
  options.add_switch(replace_, "replace", 0, "Remove the container that has the name now");
  options.add_text(request_.hostname, "hostname", 'h', "string", "Host name in the container");
  options.add({.name = "label",
               .letter = 'l',
               .type = "list",
               .meaning = "Set a label: KEY=VALUE",
               .set = [this](std::string_view value) { return set_label(value); }});
  options.add_text(id_file_, "cidfile", 0, "string", "Write the container's id to a file");
  options.add_list(label_files_, "label-file", 0, "list", "Read labels from a file");
  options.add({.name = "annotation",
               .type = "map",
               .meaning = "Set an annotation: NAME=VALUE",
               .set = assignment_setter(request_.annotations)});
  options.add({.name = "log-driver",
               .type = "string",
               .meaning = "What is kept of the output: json-file or none (default \"json-file\")",
               .set = [this](std::string_view value) { return set_log_driver(value); }});
  options.add({.name = "log-opt",
               .type = "list",
               .meaning = "max-size=SIZE of a log file (10m), max-file=NUMBER of them (3)",
               .set = [this](std::string_view value) { return set_log_option(value); }});
  options.add_switch(request_.read_only, "read-only", 0, "Make the root file system read-only");
  options.add({.name = "passwd",
               .meaning = "Give a user who is a number a name in /etc/passwd (vpdmn's default)",
               .set = [this](std::string_view value) -> Refusal {
                 user_entry_ = parse_truth(value);
                 return user_entry_ ? Refusal() : "not true or false";
               }});
  options.add_switch(read_only_tmpfs_, "read-only-tmpfs", 0,
                     "With --read-only, podman's /run, /tmp and /var/tmp in memory (default true)");
  options.add_switch(request_.init, "init", 0,
                     "Run an init that forwards signals and reaps processes");
  options.add({.name = "stop-signal",
               .type = "string",
               .meaning = "Signal that stops the container (default: the image's, or TERM)",
               .set = signal_setter(request_.stop_signal)});
  options.add({.name = "stop-timeout",
               .type = "int",
               .meaning = "Seconds from then until it is killed; -1: for ever (default 10)",
               .set = seconds_setter(request_.stop_timeout)});
}

void CreateOptions::declare_process(Options& options) {
  declare_environment(options);
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

void CreateOptions::declare_environment(Options& options) {
  environment_.declare(options);
  options.add_switch(host_environment_, "env-host", 0, "Pass all of our variables on");
  options.add_list(request_.unset_env, "unsetenv", 0, "list", "Take a variable of the image away");
  options.add_switch(request_.unset_all_env, "unsetenv-all", 0,
                     "Take all variables of the image away");
}

void CreateOptions::declare_image(Options& options) {
  options.add_text(pull_, "pull", 0, "string",
                   "Pull the image before: always, missing or never (default \"missing\")");
  pull_options_.declare(options);
}

void CreateOptions::declare_guest(Options& options) {
  options.group(guest_group);
  options.add({.name = "isolation",
               .type = "string",
               .meaning = "vm: a domain of its own; memres: namespaces of a guest that several "
                          "share; auto: that where one is up",
               .set = [this](std::string_view value) { return set_isolation(value); }});
  options.add_text(request_.instance, "instance", 'I', "string", "Which memres it is to be in");
  declare_guest_options(options, request_.vcpus, request_.guest_type, request_.kernel);
}

// Those of the files, and ours over them.
std::map<std::string, std::string> CreateOptions::labels() const {
  std::map<std::string, std::string> labels;
  for (const std::string& file : label_files_)
    for (const std::string& line : read_assignments(file, "label"))
      labels[line.substr(0, line.find('='))] =
          line.find('=') == std::string::npos ? "" : line.substr(line.find('=') + 1);
  for (const auto& [name, value] : request_.labels) labels[name] = value;
  return labels;
}

CreateOptions::Refusal CreateOptions::set_label(std::string_view value) {
  const std::size_t equals = value.find('=');
  const std::string_view key = value.substr(0, equals);
  if (key.empty()) return fmt::format("invalid label '{}': empty name", base::printable(value));
  request_.labels[std::string(key)] =
      equals == std::string_view::npos ? "" : value.substr(equals + 1);
  return std::nullopt;
}

CreateOptions::Refusal CreateOptions::set_log_driver(std::string_view value) {
  if (value != "json-file" && value != "none")
    return fmt::format("logger: no log driver named '{}' is registered", base::printable(value));
  request_.log.kept = value != "none";
  return std::nullopt;
}

CreateOptions::Refusal CreateOptions::set_log_option(std::string_view value) {
  const std::size_t equals = std::min(value.find('='), value.size());
  const std::string_view key = value.substr(0, equals);
  const std::string_view text = value.substr(std::min(equals + 1, value.size()));
  if (key == "max-size") {
    const auto size = base::parse_size(text);
    if (text != "-1" && !size) return fmt::format("invalid size: '{}'", base::printable(text));
    request_.log.max_size = size.value_or(0);
  } else if (key == "max-file") {
    const auto count = base::parse_number<unsigned>(text);
    if (!count || *count == 0 || *count > most_log_files)
      return fmt::format("max-file must be a number from 1 to {}", most_log_files);
    request_.log.max_files = *count;
  } else {
    return fmt::format("unknown log opt '{}' for json-file log driver", base::printable(key));
  }
  return std::nullopt;
}

CreateOptions::Refusal CreateOptions::set_isolation(std::string_view value) {
  request_.isolation = engine::parse_isolation(value);
  if (!request_.isolation && value != "default") return "neither vm, memres nor auto";
  return std::nullopt;
}

}  // namespace cli
