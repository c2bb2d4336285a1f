#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "cli/progress_view.h"
#include "cli/wording.h"
#include "frontends/personalities.h"
#include "frontends/rows.h"

namespace frontends {
namespace {

using base::Json;

constexpr std::size_t shown_command = 20;
constexpr int json_indent = 4;
// Of a time that never was: Go's zero time in Unix seconds.
constexpr std::int64_t never = -62135596800;

// --- lists ---

// "1.99 MB"
std::string spaced_size(std::uint64_t bytes) {
  std::string text = base::human_size(bytes);
  const std::size_t unit = text.find_first_not_of("0123456789.");
  return unit == std::string::npos ? text : text.insert(unit, " ");
}

std::vector<std::string> canonical_names(const std::vector<image::Reference>& names) {
  std::vector<std::string> texts;
  for (const image::Reference& name : names) texts.push_back(name.canonical());
  return texts;
}

Json image_row(const NamedImage& row, const cli::RowContext& context) {
  const image::Image& image = *row.image;
  const auto& created = image.created();
  const std::string since = created ? age(*created, context.now) + " ago" : "N/A";
  return {
      {"Repository", row.name ? row.name->name() : "<none>"},
      {"Tag", row.name ? row.name->tag().value_or("<none>") : "<none>"},
      {"Digest", row.digest},
      {"ID", context.truncate ? image.id.short_hex() : image.id.text()},
      {"CreatedAt", created ? local_time(*created) : "N/A"},
      {"CreatedSince", since},
      {"Created", since},
      {"CreatedTime", created ? local_time(*created) : "N/A"},
      {"Size", spaced_size(image.size_bytes)},
      {"VirtualSize", image.size_bytes},
      {"Labels", label_list(image.config.labels)},
      {"Names", canonical_names(image.tags)},
      {"RepoTags", canonical_names(image.tags)},
      {"RepoDigests", canonical_names(image.digests)},
  };
}

Json image_rows(std::span<const image::Image> images, const cli::RowContext& context) {
  Json rows = Json::array();
  for (const image::Image& image : images)
    for (const NamedImage& row : named(image)) rows.push_back(image_row(row, context));
  return rows;
}

Json image_object(const image::Image& image) {
  const base::WallTime created = image.created().value_or(base::WallTime{});
  return {
      {"Id", image.id.hex},
      {"RepoTags", canonical_names(image.tags)},
      {"RepoDigests", canonical_names(image.digests)},
      {"Size", image.size_bytes},
      {"VirtualSize", image.size_bytes},
      {"Labels", image.config.labels},
      {"Names", canonical_names(image.tags)},
      {"Digest", image.manifest.digest.text()},
      {"Created", unix_seconds(created)},
      {"CreatedAt", base::format_time(created)},
  };
}

std::string indented(const Json& json) {
  return json.dump(json_indent, ' ', false, Json::error_handler_t::replace);
}

std::string image_document(std::span<const image::Image> images, const cli::RowContext&) {
  Json all = Json::array();
  for (const image::Image& image : images) all.push_back(image_object(image));
  return indented(all);
}

// The whole name of an image, as podman shows it; an id stays what it is.
std::string image_name(const engine::ContainerConfig& config, const image::NameDefaults& names) {
  const std::string_view id = config.image_id;
  const std::string_view hex = id.substr(id.find(':') + 1);
  if (id.starts_with(config.image) || hex.starts_with(config.image)) return config.image;
  try {
    return image::Reference::parse(config.image, names).with_default_tag().canonical();
  } catch (const base::Error&) {
    return base::printable(config.image);
  }
}

Json container_row(const engine::Container& container, const cli::RowContext& context) {
  const engine::ContainerConfig& config = container.config;
  const std::string command = command_line(config);
  const std::string since = age(config.created, context.now) + " ago";
  return {
      {"ID", context.truncate ? container.short_id() : config.id},
      {"Image", image_name(config, context.names)},
      {"ImageID", config.image_id.substr(config.image_id.find(':') + 1)},
      {"Command", context.truncate ? cli::shortened(command, shown_command, "...") : command},
      {"CreatedAt", local_time(config.created)},
      {"CreatedHuman", since},
      {"RunningFor", since},
      {"Status", status(container.state, context.now)},
      {"State", state_word(container.state)},
      {"Ports", ""},
      {"Names", config.name},
      {"Labels", label_list(config.labels)},
      {"Mounts", ""},
      {"Networks", ""},
      {"Pod", ""},
      {"PodName", ""},
  };
}

Json container_rows(std::span<const engine::Container> containers, const cli::RowContext& context) {
  Json rows = Json::array();
  for (const engine::Container& container : containers)
    rows.push_back(container_row(container, context));
  return rows;
}

Json container_object(const engine::Container& container, const cli::RowContext& context) {
  const engine::ContainerConfig& config = container.config;
  const auto* exited = std::get_if<engine::Exited>(&container.state);
  const auto* running = std::get_if<engine::Running>(&container.state);
  std::vector<std::string> command;
  for (const std::string& word : config.argv)
    command.push_back(base::is_utf8(word) ? word : base::printable(word, std::string::npos));
  const std::int64_t started = exited    ? unix_seconds(exited->started)
                               : running ? unix_seconds(running->started)
                                         : never;
  return {
      {"AutoRemove", config.auto_remove},
      {"Command", command},
      {"CreatedAt", age(config.created, context.now) + " ago"},
      {"Exited", exited != nullptr},
      {"ExitedAt", exited ? unix_seconds(exited->finished) : never},
      {"ExitCode", exited ? exited->code : 0},
      {"Id", config.id},
      {"Image", image_name(config, context.names)},
      {"ImageID", config.image_id.substr(config.image_id.find(':') + 1)},
      {"Labels", config.labels},
      {"Mounts", Json::array()},
      {"Names", {config.name}},
      {"Networks", Json::array()},
      {"Ports", nullptr},
      {"StartedAt", started},
      {"State", state_word(container.state)},
      {"Status", status(container.state, context.now)},
      {"Created", unix_seconds(config.created)},
  };
}

std::string container_document(std::span<const engine::Container> containers,
                               const cli::RowContext& context) {
  Json all = Json::array();
  for (const engine::Container& container : containers)
    all.push_back(container_object(container, context));
  return indented(all);
}

constexpr std::array image_headers = {
    cli::ColumnHeader{"Repository", "REPOSITORY"},
    cli::ColumnHeader{"Tag", "TAG"},
    cli::ColumnHeader{"Digest", "DIGEST"},
    cli::ColumnHeader{"ID", "IMAGE ID"},
    cli::ColumnHeader{"CreatedAt", "CREATEDAT"},
    cli::ColumnHeader{"CreatedSince", "CREATED"},
    cli::ColumnHeader{"Created", "CREATED"},
    cli::ColumnHeader{"CreatedTime", "CREATEDTIME"},
    cli::ColumnHeader{"Size", "SIZE"},
    cli::ColumnHeader{"VirtualSize", "VIRTUALSIZE"},
    cli::ColumnHeader{"Labels", "LABELS"},
    cli::ColumnHeader{"Names", "NAMES"},
    cli::ColumnHeader{"RepoTags", "REPOTAGS"},
    cli::ColumnHeader{"RepoDigests", "REPODIGESTS"},
};

constexpr std::array container_headers = {
    cli::ColumnHeader{"ID", "CONTAINER ID"},    cli::ColumnHeader{"Image", "IMAGE"},
    cli::ColumnHeader{"ImageID", "IMAGE ID"},   cli::ColumnHeader{"Command", "COMMAND"},
    cli::ColumnHeader{"CreatedAt", "CREATED"},  cli::ColumnHeader{"CreatedHuman", "CREATED"},
    cli::ColumnHeader{"RunningFor", "CREATED"}, cli::ColumnHeader{"Status", "STATUS"},
    cli::ColumnHeader{"State", "STATE"},        cli::ColumnHeader{"Ports", "PORTS"},
    cli::ColumnHeader{"Names", "NAMES"},        cli::ColumnHeader{"Labels", "LABELS"},
    cli::ColumnHeader{"Mounts", "MOUNTS"},      cli::ColumnHeader{"Networks", "NETWORKS"},
    cli::ColumnHeader{"Pod", "POD ID"},         cli::ColumnHeader{"PodName", "PODNAME"},
};

// --- documents ---

constexpr std::string_view version_text =
    "Client:        {{.Client.Program}}\n"
    "Version:       {{.Client.Version}}\n"
    "Hypervisor:    {{or .Client.Hypervisor \"none\"}}\n"
    "Guest Kernel:  {{or .Client.GuestKernel \"none\"}}\n"
    "OS/Arch:       {{.Client.OsArch}}\n";

Json version_document(const cli::HostFacts& facts) {
  const image::Platform& platform = facts.platform;
  const engine::HostInfo& host = facts.host;
  return {{"Client",
           {{"Program", facts.program},
            {"Version", VXN_VERSION},
            {"Hypervisor", host.hypervisor},
            {"GuestKernel", host.guest_kernel},
            {"OsArch", platform.os + "/" + platform.architecture},
            {"Os", platform.os}}}};
}

constexpr std::string_view info_text =
    "host:\n"
    "  arch: {{.host.arch}}\n"
    "  cpus: {{.host.cpus}}\n"
    "  guestKernel: {{json .host.guestKernel}}\n"
    "  hostname: {{.host.hostname}}\n"
    "  hypervisor: {{json .host.hypervisor}}\n"
    "  kernel: {{.host.kernel}}\n"
    "  memFree: {{.host.memFree}}\n"
    "  memTotal: {{.host.memTotal}}\n"
    "  operatingSystem: {{json .host.operatingSystem}}\n"
    "  os: {{.host.os}}\n"
    "registries:\n"
    "  default: {{json .registries.default}}\n"
    "  insecure: {{json .registries.insecure}}\n"
    "store:\n"
    "  containerStore:\n"
    "    number: {{.store.containerStore.number}}\n"
    "    paused: {{.store.containerStore.paused}}\n"
    "    running: {{.store.containerStore.running}}\n"
    "    stopped: {{.store.containerStore.stopped}}\n"
    "  graphRoot: {{.store.graphRoot}}\n"
    "  imageStore:\n"
    "    number: {{.store.imageStore.number}}\n"
    "  runRoot: {{.store.runRoot}}\n"
    "version:\n"
    "  OsArch: {{.version.OsArch}}\n"
    "  Version: {{.version.Version}}\n";

Json info_document(const cli::HostFacts& facts) {
  const image::Platform& platform = facts.platform;
  const engine::HostInfo& host = facts.host;
  const engine::Settings& settings = facts.settings;
  return {
      {"host",
       {{"arch", platform.architecture},
        {"cpus", host.cpus},
        {"guestKernel", host.guest_kernel},
        {"hostname", host.host_name},
        {"hypervisor", host.hypervisor},
        {"kernel", host.kernel},
        {"memFree", host.memory_free},
        {"memTotal", host.memory_total},
        {"operatingSystem", host.operating_system},
        {"os", platform.os}}},
      {"registries", {{"default", settings.registry}, {"insecure", settings.insecure_registries}}},
      {"store",
       {{"containerStore",
         {{"number", host.containers},
          {"paused", 0},
          {"running", host.running},
          {"stopped", host.stopped}}},
        {"graphRoot", settings.data_root},
        {"imageStore", {{"number", host.images}}},
        {"runRoot", settings.run_root}}},
      {"version",
       {{"OsArch", platform.os + "/" + platform.architecture}, {"Version", VXN_VERSION}}},
  };
}

// --- pull ---

std::string live_line(const cli::LayerProgress& layer, std::size_t bar) {
  const std::string line = "Copying blob " + layer.item + " ";
  if (layer.state == "Pull complete") return line + "done";
  if (layer.state == "Already exists") return line + "skipped: already exists";
  if (layer.total == 0) return line + base::lower(layer.state);
  return line + cli::progress_bar(layer, bar) + binary_size(layer.done) + " / " +
         binary_size(layer.total);
}

// In a pipe podman names each layer once.
std::string plain_line(const cli::LayerProgress& layer, const cli::LayerProgress* before) {
  return before == nullptr ? "Copying blob " + layer.item : "";
}

std::string pull_epilogue(const image::Pulled& pulled, const image::Reference&) {
  return "Copying config " + pulled.image.id.short_hex() +
         "\nWriting manifest to image destination\n";
}

std::string image_id(const image::Pulled& pulled, const image::Reference&) {
  return pulled.image.id.hex;
}

// --- the rest ---

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
  const std::string text = base::printable(failure.text, longest);
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

// A JSON array of words, or one word.
std::vector<std::string> entrypoint(std::string_view value) {
  if (value.empty()) return {};
  const Json words = Json::parse(value, nullptr, false);
  const bool list = words.is_array() && std::all_of(words.begin(), words.end(),
                                                    [](const Json& w) { return w.is_string(); });
  if (list) return words.get<std::vector<std::string>>();
  return {std::string(value)};
}

constexpr cli::Messages messages{
    .failure = "Error: {message}",
    .name_failure = "Error: {message}",
    .refused_option = "Error: {message}\nSee '{command} --help'",
    .unknown_command =
        "Error: unrecognized command `{program} {word}`\n{suggestions}"
        "Try '{program} --help' for more information",
    .suggestions = "\nDid you mean this?\n{list}\n",
    .unknown_topic = "Error: unknown help topic: {word}",
    .version = "{program} version {version}",
    .no_such_container = "no container with name or ID \"{name}\" found: no such container",
    .no_such_image = "{name}: image not known",
    .container_running =
        "cannot remove container {id} as it is running - running or paused containers cannot be "
        "removed without force: container state improper",
    .invalid_name =
        "running container create option: names must match "
        "[a-zA-Z0-9][a-zA-Z0-9_.-]*: invalid argument",
    .name_in_use =
        "creating container storage: the container name \"{name}\" is already in use by {id}. You "
        "have to remove that container to be able to reuse that name: that name is already in use",
    .memory_too_small = "the memory limit is too small",
    .invalid_pull_policy = "unsupported pull policy \"{value}\"",
    .invalid_directory = "invalid workdir \"{directory}\": must be an absolute path",
};

}  // namespace

cli::Personality podman_personality(std::string_view program) {
  constexpr int failed = 125;
  constexpr int in_use = 2;
  return {
      .program = program,
      .summary = "OCI containers, each a Xen guest of its own",
      .names = {},
      .credential_files = credential_files,
      .exit_codes = {.refused_option = failed,
                     .refused_arguments = failed,
                     .unknown_command = failed,
                     .failure = failed,
                     .image_in_use = in_use,
                     .container_running = in_use},
      .messages = messages,
      .table = {.least_width = 12, .padding = 2},
      .pull = {.progress_on_output = false,
               .show_messages = false,
               .untagged = "",
               .start = "Trying to pull {reference}...",
               .live_line = live_line,
               .plain_line = plain_line,
               .epilogue = pull_epilogue,
               .result = image_id,
               .quiet_result = image_id},
      .images = {.texts = {.table = "table {{.Repository}}\t{{.Tag}}\t{{.ID}}\t"
                                    "{{.CreatedSince}}\t{{.Size}}",
                           .id_field = "ID",
                           .unique_ids = true,
                           .headers = image_headers},
                 .rows = image_rows,
                 .document = image_document},
      .images_with_digests =
          "table {{.Repository}}\t{{.Tag}}\t{{.Digest}}\t{{.ID}}\t"
          "{{.CreatedSince}}\t{{.Size}}",
      .containers = {.texts = {.table = "table {{.ID}}\t{{.Image}}\t{{.Command}}\t"
                                        "{{.RunningFor}}\t{{.Status}}\t{{.Ports}}\t{{.Names}}",
                               .id_field = "ID",
                               .headers = container_headers},
                     .rows = container_rows,
                     .document = container_document},
      .least_memory = 0,
      .force_hides_absent = true,
      .version = {.document = version_document, .text = version_text},
      .info = {.document = info_document, .text = info_text, .indented_json = true},
      .entrypoint = entrypoint,
      .arguments_refused = arguments_refused,
      .start_failure = start_failure,
      .removed_image = removed_image,
  };
}

}  // namespace frontends
