#include <array>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "cli/wording.h"
#include "frontends/podman_parts.h"
#include "frontends/rows.h"

namespace frontends {
namespace {

using base::Json;

constexpr std::size_t shown_command = 20;
constexpr int json_indent = 4;
// Of a time that never was: Go's zero time in Unix seconds.
constexpr std::int64_t never = -62135596800;

std::vector<std::string> canonical_names(const std::vector<image::Reference>& names) {
  std::vector<std::string> texts;
  texts.reserve(names.size());
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
      {"Size", spaced_size(size_in_podman(image))},
      {"VirtualSize", size_in_podman(image)},
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
      {"ParentId", ""},
      {"RepoTags", nullptr},  // the names are in "Names"
      {"RepoDigests", canonical_names(image.digests)},
      {"Size", size_in_podman(image)},
      {"SharedSize", 0},
      {"VirtualSize", size_in_podman(image)},
      {"Labels", image.config.labels.empty() ? Json(nullptr) : Json(image.config.labels)},
      {"Containers", 0},
      {"Names", canonical_names(image.tags)},
      {"Digest", image.manifest.digest.text()},
      {"History", canonical_names(image.tags)},
      {"Created", unix_seconds(created)},
      {"CreatedAt", short_time(created)},
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

// When it began and ended, as rows and objects have it.
Json life_fields(const engine::Container& container) {
  const auto* exited = std::get_if<engine::Exited>(&container.state);
  const auto* running = std::get_if<engine::Running>(&container.state);
  const std::int64_t started = exited    ? unix_seconds(exited->started)
                               : running ? unix_seconds(running->started)
                                         : never;
  return {
      {"AutoRemove", container.config.auto_remove},
      {"Created", unix_seconds(container.config.created)},
      {"Exited", exited != nullptr},
      {"ExitedAt", exited ? unix_seconds(exited->finished) : never},
      {"ExitCode", exited ? exited->code : 0},
      {"IsInfra", false},
      {"StartedAt", started},
  };
}

// As podman 4.3 words it.
std::string state_in_words(const engine::State& state, base::WallTime now) {
  if (engine::is_paused(state)) return "Paused";
  const std::string text = status(state, now);
  return std::holds_alternative<engine::Running>(state) ? text + " ago" : text;
}

Json container_row(const engine::Container& container, const cli::RowContext& context) {
  const engine::ContainerConfig& config = container.config;
  const std::string command = command_line(config);
  const std::string since = age(config.created, context.now) + " ago";
  const std::string state = state_in_words(container.state, context.now);
  Json row = life_fields(container);
  row.update({
      {"ID", context.truncate ? container.short_id() : config.id},
      {"Image", image_name(config, context.names)},
      {"ImageID", config.image_id.substr(config.image_id.find(':') + 1)},
      {"Command", context.truncate ? cli::shortened(command, shown_command, "...") : command},
      {"CreatedAt", local_time(config.created)},
      {"CreatedHuman", since},
      {"RunningFor", since},
      {"Status", state},
      {"State", state},
      {"Isolation", to_string(engine::isolation_of(container))},
      {"Ports", ""},
      {"Names", config.name},
      {"Labels", label_list(config.labels)},
      {"Label", config.labels},
      {"Mounts", ""},
      {"Networks", ""},
      {"Size", size_text(config, context)},
      {"Pod", ""},
      {"PodName", ""},
  });
  return row;
}

Json container_rows(std::span<const engine::Container> containers, const cli::RowContext& context) {
  Json rows = Json::array();
  for (const engine::Container& container : containers)
    rows.push_back(container_row(container, context));
  return rows;
}

Json container_object(const engine::Container& container, const cli::RowContext& context) {
  const engine::ContainerConfig& config = container.config;
  std::vector<std::string> command;
  for (const std::string& word : config.argv)
    command.push_back(base::is_utf8(word) ? word : base::printable(word, std::string::npos));
  Json object = life_fields(container);
  object.update({
      {"Command", command},
      {"CreatedAt", age(config.created, context.now) + " ago"},
      {"Id", config.id},
      {"Image", image_name(config, context.names)},
      {"ImageID", config.image_id.substr(config.image_id.find(':') + 1)},
      {"Labels", config.labels},
      {"Mounts", Json::array()},
      {"Names", {config.name}},
      {"Networks", Json::array()},
      {"Ports", nullptr},
      {"Isolation", to_string(engine::isolation_of(container))},
      {"State", engine::state_name(container.state)},
      {"Status", state_in_words(container.state, context.now)},
  });
  return object;
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
    cli::ColumnHeader{"ID", "CONTAINER ID"},       cli::ColumnHeader{"Image", "IMAGE"},
    cli::ColumnHeader{"ImageID", "IMAGE ID"},      cli::ColumnHeader{"Command", "COMMAND"},
    cli::ColumnHeader{"CreatedAt", "CREATED"},     cli::ColumnHeader{"CreatedHuman", "CREATED"},
    cli::ColumnHeader{"RunningFor", "CREATED"},    cli::ColumnHeader{"Status", "STATUS"},
    cli::ColumnHeader{"State", "STATE"},           cli::ColumnHeader{"Ports", "PORTS"},
    cli::ColumnHeader{"Isolation", "ISOLATION"},   cli::ColumnHeader{"Names", "NAMES"},
    cli::ColumnHeader{"Labels", "LABELS"},         cli::ColumnHeader{"Mounts", "MOUNTS"},
    cli::ColumnHeader{"Networks", "NETWORKS"},     cli::ColumnHeader{"Pod", "POD ID"},
    cli::ColumnHeader{"PodName", "PODNAME"},       cli::ColumnHeader{"Size", "SIZE"},
    cli::ColumnHeader{"AutoRemove", "AUTOREMOVE"}, cli::ColumnHeader{"Created", "CREATED"},
    cli::ColumnHeader{"Exited", "EXITED"},         cli::ColumnHeader{"ExitedAt", "EXITEDAT"},
    cli::ColumnHeader{"ExitCode", "EXITCODE"},     cli::ColumnHeader{"IsInfra", "ISINFRA"},
    cli::ColumnHeader{"StartedAt", "STARTEDAT"},
};

// libimage's filterReferences(): whole, without the registry, the last part, each with and without
// what follows the name.
std::vector<std::string> pattern_forms(const image::Reference& name, const image::NameDefaults&) {
  const std::string bare = name.name();
  const std::string rest = name.canonical().substr(bare.size());
  const std::string last = bare.substr(bare.rfind('/') + 1);
  return {bare + rest, bare, name.path() + rest, name.path(), last + rest, last};
}

}  // namespace

cli::ImagePatterns podman_image_patterns() {
  return {.forms = pattern_forms, .picks_names = false};
}

cli::ListStyle<image::Image> podman_images() {
  return {.texts = {.table = "table {{.Repository}}\t{{.Tag}}\t{{.ID}}\t"
                             "{{.CreatedSince}}\t{{.Size}}",
                    .id_field = "ID",
                    .unique_ids = true,
                    .escapes_html = true,
                    .headers = image_headers},
          .rows = image_rows,
          .document = image_document};
}

cli::ListStyle<engine::Container> podman_containers() {
  return {.texts = {.table = "table {{.ID}}\t{{.Image}}\t{{.Command}}\t"
                             "{{.RunningFor}}\t{{.Status}}\t{{.Ports}}\t{{.Names}}",
                    .id_field = "ID",
                    .headers = container_headers},
          .rows = container_rows,
          .document = container_document};
}

}  // namespace frontends
