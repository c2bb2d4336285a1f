#include <fmt/core.h>

#include <array>

#include "base/text.h"
#include "frontends/changes.h"
#include "frontends/docker_parts.h"
#include "frontends/inspect.h"
#include "frontends/inspect_image.h"
#include "frontends/personalities.h"
#include "frontends/registry_files.h"
#include "frontends/rows.h"
#include "frontends/top.h"

namespace frontends {
namespace {

constexpr std::uint64_t least_memory = 6u << 20;

std::vector<std::string> credential_files() {
  if (const std::string directory = environment("DOCKER_CONFIG"); !directory.empty())
    return {directory + "/config.json"};
  return {environment("HOME") + "/.docker/config.json"};
}

std::string takes_words(const cli::ArgumentRange& takes) {
  constexpr unsigned any = cli::ArgumentRange::any;
  const auto arguments = [](unsigned count) {
    return fmt::format("{} argument{}", count, count == 1 ? "" : "s");
  };
  if (takes.most == 0) return "accepts no arguments";
  if (takes.least == takes.most) return "requires exactly " + arguments(takes.least);
  if (takes.most == any) return "requires at least " + arguments(takes.least);
  if (takes.least == 0) return "requires at most " + arguments(takes.most);
  return fmt::format("requires at least {} and at most {}", takes.least, arguments(takes.most));
}

std::string arguments_refused(const cli::RefusedArguments& refused) {
  return fmt::format("\"{0}\" {1}.\nSee '{0} --help'.\n\nUsage:  {2}\n\n{3}", refused.command,
                     takes_words(refused.takes), refused.usage, refused.summary);
}

std::string start_failure(const engine::StartFailure& failure, std::string_view) {
  constexpr std::size_t longest = 1024;
  const std::string text = base::printable(failure.text, longest);
  return failure.stage == "exec" ? "unable to start container process: " + text + ": unknown."
                                 : text;
}

std::vector<std::string> removed_image(const image::RemovedImage& removed,
                                       const image::NameDefaults& names) {
  std::vector<std::string> lines;
  for (const image::Reference& name : removed.untagged)
    lines.push_back("Untagged: " + name.familiar(names));
  if (removed.image) lines.push_back("Deleted: " + removed.image->text());
  for (const image::Digest& layer : removed.layers) lines.push_back("Deleted: " + layer.text());
  return lines;
}

std::vector<std::string> pruned_image(const image::RemovedImage& removed,
                                      const image::NameDefaults& names) {
  std::vector<std::string> lines = removed_image(removed, names);
  for (std::string& line : lines) line[0] = base::lower(line.substr(0, 1))[0];
  return lines;
}

// Whether the repository or only the tag is not there (moby, distribution/push.go).
std::string nothing_to_push(std::string_view typed, const std::optional<image::Reference>& name,
                            bool others, const image::NameDefaults& names) {
  if (name && others) return "tag does not exist: " + name->familiar(names);
  return "An image does not exist locally with the tag: " +
         (name ? name->familiar_name(names) : base::printable(typed));
}

std::vector<std::string> entrypoint(std::string_view value) {
  if (value.empty()) return {};
  return {std::string(value)};
}

// Where podman has a short form that docker has not.
constexpr std::array letters = {
    cli::LetterChange{"rm", "latest", 0},
    cli::LetterChange{"rm", "link", 'l'},
};

constexpr cli::TransferStyle transfer_style{
    .saves_repositories = true,
    .save_to_terminal = "cowardly refusing to save to a terminal. Use the -o flag or redirect",
    .load_from_terminal = "requested load from stdin, but stdin is empty",
    .loaded = "Loaded image: {name}",
    .loaded_nameless = "Loaded image ID: {id}",
    .push_start = "The push refers to repository [{repository}]",
    .pushed = "{tag}: digest: {digest} size: {size}",
    .pushed_quietly = "{name}",
};

constexpr cli::ImportStyle import_style{
    .changed = docker_changes,
    .message = "Imported from {source}",
    .downloading = "Downloading from {url}",
};

constexpr cli::LoginStyle login_style{
    .hub_key = "https://index.docker.io/v1/",
    .succeeded = "Login Succeeded",
    .stored_warning = "WARNING! Your password will be stored unencrypted in {file}.",
    .password_warning = "WARNING! Using --password via the CLI is insecure. Use --password-stdin.",
    .removed = "Removing login credentials for {registry}",
    .not_logged_in = "Removing login credentials for {registry}",
};

constexpr cli::PruneStyle prune_style{
    .containers = "WARNING! This will remove all stopped containers.",
    .dangling_images = "WARNING! This will remove all dangling images.",
    .unused_images =
        "WARNING! This will remove all images without at least one container associated to them.",
    .everything =
        "WARNING! This will remove:\n  - all stopped containers\n"
        "  - all networks not used by at least one container{volumes}\n"
        "  - all dangling images\n  - all dangling build cache\n{filters}",
    .all =
        "WARNING! This will remove:\n  - all stopped containers\n"
        "  - all networks not used by at least one container{volumes}\n"
        "  - all images without at least one container associated to them\n"
        "  - all build cache\n{filters}",
    .volumes = "\n  - all volumes not used by at least one container",
    .filters = "\n  Items to be pruned will be filtered with:{filters}\n",
    .container_heading = "Deleted Containers:",
    .image_heading = "Deleted Images:",
    .spaced = true,
    .total = "Total reclaimed space: {size}",
    .image = pruned_image,
};

constexpr cli::Messages messages{
    .failure = "{program}: {message}",
    .refused_option = "{message}\nSee '{command} --help'.",
    .unknown_command =
        "{program}: '{word}' is not a {program} command.\nSee '{program} --help'"
        "{suggestions}",
    .suggestions = "\n\nDid you mean this?\n{list}",
    .unknown_topic = "unknown help topic: {word}",
    .version = "{program} version {version}",
    .no_such_container = "No such container: {name}",
    .no_such_image = "No such image: {name}",
    .no_such_object = "No such object: {name}",
    .container_running =
        "You cannot remove a running container {id}. Stop the container before attempting removal "
        "or force remove",
    .not_running_to_exec = "Container {id} is not running",
    .not_running_to_attach = "You cannot attach to a stopped container, start it first",
    .not_running_to_top = "Container {id} is not running",
    .no_such_port = "No public port '{port}' published for {name}",
    .no_terminal = "the input device is not a TTY",
    .detached = "read escape sequence",
    .not_running_to_kill = "Cannot kill container: {name}: Container {id} is not running",
    .invalid_name = "Invalid container name ({name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed",
    .name_in_use =
        "Conflict. The container name \"/{name}\" is already in use by container "
        "\"{id}\". You have to remove (or rename) that container to be able to reuse "
        "that name.",
    .memory_too_small = "Minimum memory limit allowed is 6MB",
    .invalid_pull_policy =
        "invalid pull option: '{value}': must be one of \"always\", \"missing\" or \"never\"",
    .invalid_directory =
        "the working directory '{directory}' is invalid, it needs to be an absolute path",
    .invalid_restart_policy = "invalid restart policy '{value}'",
    .invalid_restart_count = "maximum retry count must be an integer, not '{value}'",
    .unused_restart_count = "maximum retry count cannot be used with restart policy '{value}'",
    .removed_and_restarted = "Conflicting options: --restart and --rm",
};

}  // namespace

cli::Personality docker_personality(std::string_view program) {
  return {
      .program = program,
      .summary = "OCI containers, each a Xen guest of its own",
      .names = {},
      .credential_files = credential_files,
      .registry_files = docker_registry_files,
      .exit_codes = {},
      .messages = messages,
      .table = {.least_width = 10, .padding = 3},
      .pull = docker_pull(),
      .transfer = transfer_style,
      .login = login_style,
      .prune = prune_style,
      .disk_use = docker_disk_use(),
      .top = docker_top(),
      .images = docker_images(),
      .image_patterns = docker_image_patterns(),
      .images_with_digests =
          "table {{.Repository}}\t{{.Tag}}\t{{.Digest}}\t{{.ID}}\t"
          "{{.CreatedSince}}\t{{.Size}}",
      .history = docker_history(),
      .exact_history = "table {{.ID}}\t{{.CreatedAt}}\t{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}",
      .containers = docker_containers(),
      .containers_with_size =
          "table {{.ID}}\t{{.Image}}\t{{.Command}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}\t"
          "{{.Names}}\t{{.Size}}",
      .least_memory = least_memory,
      .force_hides_absent = false,
      .terminal_required = true,
      .letters = letters,
      .inspect_indent = 4,
      .inspect = docker_inspect,
      .inspect_image = docker_inspect_image,
      .version = docker_version(),
      .info = docker_info(),
      .entrypoint = entrypoint,
      .arguments_refused = arguments_refused,
      .start_failure = start_failure,
      .removed_image = removed_image,
      .import_style = import_style,
      .nothing_to_push = nothing_to_push,
      .search = docker_search(),
  };
}

}  // namespace frontends
