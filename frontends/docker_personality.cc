#include <fmt/core.h>

#include <array>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "cli/progress_view.h"
#include "cli/wording.h"
#include "frontends/personalities.h"
#include "frontends/rows.h"

namespace frontends {
namespace {

using base::Json;

constexpr std::size_t shown_command = 20;
constexpr std::uint64_t least_memory = 6u << 20;

// --- lists ---

Json image_row(const NamedImage& row, const cli::RowContext& context) {
  const image::Image& image = *row.image;
  const std::string size = base::human_size(image.size_bytes);
  const auto& created = image.created();
  return {
      {"Containers", "N/A"},
      {"CreatedAt", created ? local_time(*created) : "N/A"},
      {"CreatedSince", created ? age(*created, context.now) + " ago" : "N/A"},
      {"Digest", row.digest},
      {"ID", context.truncate ? image.id.short_hex() : image.id.text()},
      {"Repository", row.name ? row.name->familiar_name(context.names) : "<none>"},
      {"SharedSize", "N/A"},
      {"Size", size},
      {"Tag", row.name ? row.name->tag().value_or("<none>") : "<none>"},
      {"UniqueSize", "N/A"},
      {"VirtualSize", size},
  };
}

Json image_rows(std::span<const image::Image> images, const cli::RowContext& context) {
  Json rows = Json::array();
  for (const image::Image& image : images)
    for (const NamedImage& row : named(image)) rows.push_back(image_row(row, context));
  return rows;
}

Json container_row(const engine::Container& container, const cli::RowContext& context) {
  const engine::ContainerConfig& config = container.config;
  const std::string command = base::join(config.argv, " ");
  return {
      {"Command",
       cli::go_quoted(context.truncate ? cli::shortened(command, shown_command, "…") : command)},
      {"CreatedAt", local_time(config.created)},
      {"ID", context.truncate ? container.short_id() : config.id},
      {"Image", base::printable(config.image)},
      {"Labels", label_list(config.labels)},
      {"LocalVolumes", "0"},
      {"Mounts", ""},
      {"Names", config.name},
      {"Networks", ""},
      {"Ports", ""},
      {"RunningFor", age(config.created, context.now) + " ago"},
      {"Size", "0B"},
      {"State", state_word(container.state)},
      {"Status", status(container.state, context.now)},
  };
}

Json container_rows(std::span<const engine::Container> containers, const cli::RowContext& context) {
  Json rows = Json::array();
  for (const engine::Container& container : containers)
    rows.push_back(container_row(container, context));
  return rows;
}

constexpr std::array image_headers = {
    cli::ColumnHeader{"Containers", "CONTAINERS"},
    cli::ColumnHeader{"CreatedAt", "CREATED AT"},
    cli::ColumnHeader{"CreatedSince", "CREATED"},
    cli::ColumnHeader{"Digest", "DIGEST"},
    cli::ColumnHeader{"ID", "IMAGE ID"},
    cli::ColumnHeader{"Repository", "REPOSITORY"},
    cli::ColumnHeader{"SharedSize", "SHARED SIZE"},
    cli::ColumnHeader{"Size", "SIZE"},
    cli::ColumnHeader{"Tag", "TAG"},
    cli::ColumnHeader{"UniqueSize", "UNIQUE SIZE"},
    cli::ColumnHeader{"VirtualSize", "SIZE"},
};

constexpr std::array container_headers = {
    cli::ColumnHeader{"Command", "COMMAND"},    cli::ColumnHeader{"CreatedAt", "CREATED AT"},
    cli::ColumnHeader{"ID", "CONTAINER ID"},    cli::ColumnHeader{"Image", "IMAGE"},
    cli::ColumnHeader{"Labels", "LABELS"},      cli::ColumnHeader{"LocalVolumes", "LOCAL VOLUMES"},
    cli::ColumnHeader{"Mounts", "MOUNTS"},      cli::ColumnHeader{"Names", "NAMES"},
    cli::ColumnHeader{"Networks", "NETWORKS"},  cli::ColumnHeader{"Ports", "PORTS"},
    cli::ColumnHeader{"RunningFor", "CREATED"}, cli::ColumnHeader{"Size", "SIZE"},
    cli::ColumnHeader{"State", "STATE"},        cli::ColumnHeader{"Status", "STATUS"},
};

// --- documents ---

constexpr std::string_view version_text =
    "Client:\n"
    " Version:           {{.Client.Version}}\n"
    " OS/Arch:           {{.Client.Os}}/{{.Client.Arch}}\n"
    "\n"
    "Engine:\n"
    " Version:           {{.Server.Version}}\n"
    " Hypervisor:        {{or .Server.Hypervisor \"none\"}}\n"
    " Guest kernel:      {{or .Server.GuestKernel \"none\"}}\n"
    " Host kernel:       {{.Server.KernelVersion}}\n"
    " OS/Arch:           {{.Server.Os}}/{{.Server.Arch}}\n";

Json version_document(const cli::HostFacts& facts) {
  const image::Platform& platform = facts.platform;
  const engine::HostInfo& host = facts.host;
  return {
      {"Client", {{"Version", VXN_VERSION}, {"Os", platform.os}, {"Arch", platform.architecture}}},
      {"Server",
       {{"Version", VXN_VERSION},
        {"Hypervisor", host.hypervisor},
        {"GuestKernel", host.guest_kernel},
        {"KernelVersion", host.kernel},
        {"Os", platform.os},
        {"Arch", platform.architecture}}},
  };
}

constexpr std::string_view info_text =
    "Client:\n"
    " Version:    {{.ClientInfo.Version}}\n"
    " Debug Mode: {{.ClientInfo.Debug}}\n"
    "\n"
    "Engine:\n"
    " Containers: {{.Containers}}\n"
    "  Running: {{.ContainersRunning}}\n"
    "  Paused: {{.ContainersPaused}}\n"
    "  Stopped: {{.ContainersStopped}}\n"
    " Images: {{.Images}}\n"
    " Version: {{.ServerVersion}}\n"
    " Hypervisor: {{or .Hypervisor \"none\"}}\n"
    " Guest Kernel: {{or .GuestKernel \"none\"}}\n"
    " Container Defaults:\n"
    "  Memory: {{.ContainerDefaults.MemoryText}}\n"
    "  CPUs: {{.ContainerDefaults.CPUs}}\n"
    "  Writable Disk: {{.ContainerDefaults.DiskText}}\n"
    " Kernel Version: {{.KernelVersion}}\n"
    " Operating System: {{.OperatingSystem}}\n"
    " OSType: {{.OSType}}\n"
    " Architecture: {{.Architecture}}\n"
    " CPUs: {{.NCPU}}\n"
    " Total Memory: {{.MemTotalText}}\n"
    " Free Memory: {{.MemFreeText}}\n"
    " Name: {{.Name}}\n"
    " Data Root Dir: {{.DockerRootDir}}\n"
    " Run Root Dir: {{.RunRootDir}}\n"
    "{{if .Registry}} Registry: {{.Registry}}\n{{end}}"
    "{{if .InsecureRegistries}} Insecure Registries:\n"
    "{{range .InsecureRegistries}}  {{.}}\n{{end}}{{end}}";

Json defaults_document(const engine::Settings& settings) {
  return {{"Memory", settings.memory},
          {"MemoryText", binary_size(settings.memory)},
          {"CPUs", settings.vcpus},
          {"Disk", settings.storage_size},
          {"DiskText", binary_size(settings.storage_size)}};
}

// The names of docker's API where it has one.
Json info_document(const cli::HostFacts& facts) {
  const engine::HostInfo& host = facts.host;
  const engine::Settings& settings = facts.settings;
  return {
      {"ClientInfo", {{"Version", VXN_VERSION}, {"Debug", facts.debug}}},
      {"Containers", host.containers},
      {"ContainersRunning", host.running},
      {"ContainersPaused", 0},
      {"ContainersStopped", host.stopped},
      {"Images", host.images},
      {"ServerVersion", VXN_VERSION},
      {"Hypervisor", host.hypervisor},
      {"GuestKernel", host.guest_kernel},
      {"ContainerDefaults", defaults_document(settings)},
      {"KernelVersion", host.kernel},
      {"OperatingSystem", host.operating_system},
      {"OSType", "linux"},
      {"Architecture", host.architecture},
      {"NCPU", host.cpus},
      {"MemTotal", host.memory_total},
      {"MemTotalText", binary_size(host.memory_total)},
      {"MemFree", host.memory_free},
      {"MemFreeText", binary_size(host.memory_free)},
      {"Name", host.host_name},
      {"DockerRootDir", settings.data_root},
      {"RunRootDir", settings.run_root},
      {"Registry", settings.registry},
      {"InsecureRegistries", settings.insecure_registries},
  };
}

// --- pull ---

bool has_bar(const cli::LayerProgress& layer) {
  return layer.state == "Downloading" || layer.state == "Extracting";
}

std::string live_line(const cli::LayerProgress& layer, std::size_t bar) {
  std::string line = layer.item + ": " + layer.state;
  if (!has_bar(layer)) return line;
  line += " " + cli::progress_bar(layer, bar) + base::human_size(layer.done, 4);
  if (layer.total > 0) line += "/" + base::human_size(layer.total, 4);
  return line;
}

// As docker in a pipe: each state once, the counting ones left out.
std::string plain_line(const cli::LayerProgress& layer, const cli::LayerProgress* before) {
  if (has_bar(layer) || (before != nullptr && before->state == layer.state)) return "";
  return layer.item + ": " + layer.state;
}

std::string pull_epilogue(const image::Pulled& pulled, const image::Reference& name) {
  const std::string_view what =
      pulled.changed ? "Downloaded newer image for " : "Image is up to date for ";
  return fmt::format("Digest: {}\nStatus: {}{}\n", pulled.digest.text(), what, name.familiar());
}

std::string canonical_name(const image::Pulled&, const image::Reference& name) {
  return name.canonical();
}

// --- the rest ---

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

std::vector<std::string> entrypoint(std::string_view value) {
  if (value.empty()) return {};
  return {std::string(value)};
}

constexpr cli::Messages messages{
    .failure = "{program}: {message}",
    .name_failure = "{program}: {message}",
    .refused_option = "{message}\nSee '{command} --help'.",
    .unknown_command =
        "{program}: '{word}' is not a {program} command.\nSee '{program} --help'"
        "{suggestions}",
    .suggestions = "\n\nDid you mean this?\n{list}",
    .unknown_topic = "unknown help topic: {word}",
    .version = "{program} version {version}",
    .no_such_container = "No such container: {name}",
    .no_such_image = "No such image: {name}",
    .container_running =
        "You cannot remove a running container {id}. Stop the container before attempting removal "
        "or force remove",
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
};

}  // namespace

cli::Personality docker_personality(std::string_view program) {
  return {
      .program = program,
      .summary = "OCI containers, each a Xen guest of its own",
      .names = {},
      .credential_files = credential_files,
      .exit_codes = {},
      .messages = messages,
      .table = {.least_width = 10, .padding = 3},
      .pull = {.progress_on_output = true,
               .show_messages = true,
               .untagged = "Using default tag: latest",
               .start = "",
               .live_line = live_line,
               .plain_line = plain_line,
               .epilogue = pull_epilogue,
               .result = canonical_name,
               .quiet_result = canonical_name},
      .images = {.texts = {.table = "table {{.Repository}}\t{{.Tag}}\t{{.ID}}\t"
                                    "{{.CreatedSince}}\t{{.Size}}",
                           .id_field = "ID",
                           .headers = image_headers},
                 .rows = image_rows,
                 .document = nullptr},
      .images_with_digests =
          "table {{.Repository}}\t{{.Tag}}\t{{.Digest}}\t{{.ID}}\t"
          "{{.CreatedSince}}\t{{.Size}}",
      .containers = {.texts = {.table = "table {{.ID}}\t{{.Image}}\t{{.Command}}\t"
                                        "{{.RunningFor}}\t{{.Status}}\t{{.Ports}}\t{{.Names}}",
                               .id_field = "ID",
                               .headers = container_headers},
                     .rows = container_rows,
                     .document = nullptr},
      .least_memory = least_memory,
      .force_hides_absent = false,
      .version = {.document = version_document, .text = version_text},
      .info = {.document = info_document, .text = info_text},
      .entrypoint = entrypoint,
      .arguments_refused = arguments_refused,
      .start_failure = start_failure,
      .removed_image = removed_image,
  };
}

}  // namespace frontends
