#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "frontends/changes.h"
#include "frontends/inspect.h"
#include "frontends/inspect_image.h"
#include "frontends/personalities.h"
#include "frontends/podman_parts.h"
#include "frontends/registry_files.h"
#include "frontends/rows.h"
#include "frontends/top.h"

namespace frontends {
namespace {

using base::Json;

// containers-auth.json(5).
std::vector<std::string> credential_files() {
  if (const std::string file = environment("REGISTRY_AUTH_FILE"); !file.empty()) return {file};
  const std::string home = environment("HOME");
  const std::string runtime = environment("XDG_RUNTIME_DIR");
  return {runtime.empty() ? "/run/containers/0/auth.json" : runtime + "/containers/auth.json",
          home + "/.config/containers/auth.json", home + "/.docker/config.json"};
}

std::string arguments_refused(const cli::RefusedArguments& refused) {
  const cli::ArgumentRange& takes = refused.takes;
  if (takes.most == 0) return fmt::format("Error: `{}` takes no arguments", refused.command);
  if (takes.least == takes.most)
    return fmt::format("Error: accepts {} arg(s), received {}", takes.least, refused.given);
  if (refused.given < takes.least)
    return fmt::format("Error: requires at least {} arg(s), only received {}", takes.least,
                       refused.given);
  return fmt::format("Error: accepts at most {} arg(s), received {}", takes.most, refused.given);
}

// podman's words for what its runtime, crun, reports of the same system calls.
std::string start_failure(const engine::StartFailure& failure, std::string_view program) {
  constexpr std::size_t longest = 1024;
  constexpr int not_found = 127;
  std::string text = base::printable(failure.text, longest);
  if (failure.stage != "exec") return text;
  if (failure.code == not_found)
    return fmt::format(
        "crun: executable file `{}` not found{}: No such file or directory: OCI runtime attempted "
        "to invoke a command that was not found",
        base::printable(program, longest),
        program.find('/') == std::string_view::npos ? " in $PATH" : "");
  if (failure.error_number == EACCES)
    return "crun: open executable: Permission denied: OCI permission denied";
  return "crun: " + text + ": OCI runtime error";
}

std::vector<std::string> removed_image(const image::RemovedImage& removed,
                                       const image::NameDefaults&) {
  std::vector<std::string> lines;
  for (const image::Reference& name : removed.untagged)
    if (name.tag()) lines.push_back("Untagged: " + name.canonical());
  if (removed.image) lines.push_back("Deleted: " + removed.image->hex);
  return lines;
}

std::vector<std::string> pruned_image(const image::RemovedImage& removed,
                                      const image::NameDefaults&) {
  if (!removed.image) return {};
  return {removed.image->hex};
}

std::string nothing_to_push(std::string_view typed, const std::optional<image::Reference>&, bool,
                            const image::NameDefaults&) {
  return base::printable(typed) + ": image not known";
}

// A JSON array of words, or one word.
std::vector<std::string> entrypoint(std::string_view value) {
  if (value.empty()) return {};
  const Json words = Json::parse(value, nullptr, false);
  const bool list = words.is_array() && std::all_of(words.begin(), words.end(),
                                                    [](const Json& w) { return w.is_string(); });
  if (list) return words.get<std::vector<std::string>>();
  return {std::string(value)};
}

constexpr std::array letters = {
    cli::LetterChange{"images", "noheading", 'n'}, cli::LetterChange{"inspect", "type", 't'},
    cli::LetterChange{"logs", "tail", 0},          cli::LetterChange{"logs", "names", 'n'},
    cli::LetterChange{"pause", "filter", 'f'},     cli::LetterChange{"restart", "filter", 'f'},
    cli::LetterChange{"start", "filter", 'f'},     cli::LetterChange{"stop", "filter", 'f'},
    cli::LetterChange{"unpause", "filter", 'f'},
};

constexpr cli::TransferStyle transfer_style{
    .several_by_option = true,
    .save_to_terminal = "refusing to save to terminal. Use -o flag or redirect",
    .load_from_terminal =
        "cannot read from terminal, use command-line redirection or the --input flag",
    .loaded = "Loaded image: {reference}",
    .loaded_nameless = "Loaded image: {id}",
    .push_start = "",
    .pushed = "",
    .pushed_quietly = "",
};

constexpr cli::ImportStyle import_style{
    .changed = podman_changes,
    .message = "imported from tarball",
    .created_by = "/bin/sh -c #(nop) ADD file:{layer} in /",
    .downloading = "Downloading from \"{url}\"",
    .time_of_file = true,
};

constexpr cli::LoginStyle login_style{
    .hub_key = "docker.io",
    .keys_have_paths = true,
    .absent_is_failure = true,
    .succeeded = "Login Succeeded!",
    .stored_warning = "",
    .password_warning = "",
    .removed = "Removed login credentials for {registry}",
    .not_logged_in = "",
};

constexpr cli::PruneStyle prune_style{
    .containers = "WARNING! This will remove all non running containers.",
    .dangling_images = "WARNING! This command removes all dangling images.",
    .unused_images =
        "WARNING! This command removes all images without at least one container associated with "
        "them.",
    .everything =
        "WARNING! This command removes:\n\t- all stopped containers\n"
        "\t- all networks not used by at least one container{volumes}\n"
        "\t- all dangling images\n\t- all dangling build cache\n{filters}",
    .all =
        "WARNING! This command removes:\n\t- all stopped containers\n"
        "\t- all networks not used by at least one container{volumes}\n"
        "\t- all images without at least one container associated with them\n"
        "\t- all build cache\n{filters}",
    .volumes = "\n\t- all volumes not used by at least one container",
    .filters = "",
    .container_heading = "Deleted Containers",
    .image_heading = "Deleted Images",
    .bare = true,
    .total = "Total reclaimed space: {size}",
    .image = pruned_image,
};

constexpr cli::Messages messages{
    .failure = "Error: {message}",
    .refused_option = "Error: {message}\nSee '{command} --help'",
    .unknown_command =
        "Error: unrecognized command `{program} {word}`\n{suggestions}"
        "Try '{program} --help' for more information",
    .suggestions = "\nDid you mean this?\n{list}\n",
    .unknown_topic = "Error: unknown help topic: {word}",
    .version = "{program} version {version}",
    .no_such_container = "no container with name or ID \"{name}\" found: no such container",
    .no_such_image = "{name}: image not known",
    .no_such_object = "no such object: \"{name}\"",
    .container_running =
        "cannot remove container {id} as it is running - running or paused containers cannot be "
        "removed without force: container state improper",
    .not_running_to_exec =
        "can only create exec sessions on running containers: container state improper",
    .not_running_to_attach = "you can only attach to running containers",
    .not_running_to_top = "top can only be used on running containers",
    .no_such_port = "failed to find published port \"{port}\"",
    .no_terminal =
        "The input device is not a TTY. The --tty and --interactive flags might not work properly",
    .detached = "",
    .not_running_to_kill =
        "can only kill running containers. {id} is in state {state}: container state improper",
    .invalid_name =
        "running container create option: names must match "
        "[a-zA-Z0-9][a-zA-Z0-9_.-]*: invalid argument",
    .name_in_use =
        "creating container storage: the container name \"{name}\" is already in use by {id}. You "
        "have to remove that container to be able to reuse that name: that name is already in use",
    .memory_too_small = "the memory limit is too small",
    .invalid_pull_policy = "unsupported pull policy \"{value}\"",
    .invalid_directory = "invalid workdir \"{directory}\": must be an absolute path",
    .invalid_restart_policy = "\"{value}\" is not a valid restart policy: invalid argument",
    .invalid_restart_count = "parsing restart policy retry count: \"{value}\" is not a number",
    .unused_restart_count =
        "restart policy retries can only be specified with on-failure restart policy",
    .removed_and_restarted =
        "the --rm option conflicts with --restart, when the restartPolicy is not \"\" and \"no\"",
};

}  // namespace

cli::Personality podman_personality(std::string_view program) {
  constexpr int failed = 125;
  constexpr int in_use = 2;
  return {
      .program = program,
      .summary = "OCI containers, each a Xen guest of its own",
      .names = {.local = "localhost"},
      .credential_files = credential_files,
      .registry_files = podman_registry_files,
      .exit_codes = {.refused_option = failed,
                     .refused_arguments = failed,
                     .unknown_command = failed,
                     .failure = failed,
                     .image_in_use = in_use,
                     .container_running = in_use,
                     .exec_not_running = 255},
      .messages = messages,
      .table = {.least_width = 12, .padding = 2, .spaces_separate = true},
      .pull = podman_pull(),
      .transfer = transfer_style,
      .login = login_style,
      .prune = prune_style,
      .disk_use = podman_disk_use(),
      .top = podman_top(),
      .images = podman_images(),
      .image_patterns = podman_image_patterns(),
      .images_with_digests =
          "table {{.Repository}}\t{{.Tag}}\t{{.Digest}}\t{{.ID}}\t"
          "{{.CreatedSince}}\t{{.Size}}",
      .history = podman_history(),
      .exact_history = "table {{.ID}}\t{{.CreatedAt}}\t{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}",
      .containers = podman_containers(),
      .containers_with_size =
          "table {{.ID}}\t{{.Image}}\t{{.Command}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}\t"
          "{{.Names}}\t{{.Size}}",
      .least_memory = 0,
      .force_hides_absent = true,
      .terminal_required = false,
      .paused_hidden = true,
      .user_entry = true,
      .read_only_tmpfs = true,
      .own_variable = "container=podman",
      .letters = letters,
      .inspect_indent = 5,
      .go_times = true,
      .inspect = podman_inspect,
      .inspect_image = podman_inspect_image,
      .version = podman_version(),
      .info = podman_info(),
      .entrypoint = entrypoint,
      .arguments_refused = arguments_refused,
      .start_failure = start_failure,
      .removed_image = removed_image,
      .import_style = import_style,
      .nothing_to_push = nothing_to_push,
      .search = podman_search(),
  };
}

}  // namespace frontends
