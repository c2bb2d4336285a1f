#include <array>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "cli/wording.h"
#include "frontends/docker_parts.h"
#include "frontends/rows.h"

namespace frontends {
namespace {

using base::Json;

constexpr std::size_t shown_command = 20;

Json image_row(const NamedImage& row, const cli::RowContext& context) {
  const image::Image& image = *row.image;
  const std::uint64_t bytes = image.content_bytes();
  const auto& created = image.created();
  return {
      {"Containers", "N/A"},
      {"CreatedAt", created ? local_time(*created) : "N/A"},
      {"CreatedSince", created ? age(*created, context.now) + " ago" : "N/A"},
      {"Digest", context.digests ? row.digest : "<none>"},
      {"ID", context.truncate ? image.id.short_hex() : image.id.text()},
      {"Repository", row.name ? row.name->familiar_name(context.names) : "<none>"},
      {"SharedSize", "N/A"},
      {"Size", base::human_size(bytes)},
      {"Tag", row.name ? row.name->tag().value_or("<none>") : "<none>"},
      {"UniqueSize", "N/A"},
      {"VirtualSize", base::human_size(bytes, 4)},
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
      {"Isolation", to_string(engine::isolation_of(container))},
      {"Labels", label_list(config.labels)},
      {"Label", config.labels},
      {"LocalVolumes", "0"},
      {"Mounts", ""},
      {"Names", config.name},
      {"Networks", ""},
      {"Ports", ""},
      {"RunningFor", age(config.created, context.now) + " ago"},
      {"Size", size_text(config, context)},
      {"State", engine::state_name(container.state)},
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
    cli::ColumnHeader{"Command", "COMMAND"},     cli::ColumnHeader{"CreatedAt", "CREATED AT"},
    cli::ColumnHeader{"ID", "CONTAINER ID"},     cli::ColumnHeader{"Image", "IMAGE"},
    cli::ColumnHeader{"Labels", "LABELS"},       cli::ColumnHeader{"LocalVolumes", "LOCAL VOLUMES"},
    cli::ColumnHeader{"Mounts", "MOUNTS"},       cli::ColumnHeader{"Names", "NAMES"},
    cli::ColumnHeader{"Networks", "NETWORKS"},   cli::ColumnHeader{"Ports", "PORTS"},
    cli::ColumnHeader{"RunningFor", "CREATED"},  cli::ColumnHeader{"Size", "SIZE"},
    cli::ColumnHeader{"State", "STATE"},         cli::ColumnHeader{"Status", "STATUS"},
    cli::ColumnHeader{"Isolation", "ISOLATION"},
};

// reference.FamiliarMatch(), and the whole name: where the settings have a registry of their own,
// it is how people name what lies there.
std::vector<std::string> pattern_forms(const image::Reference& name,
                                       const image::NameDefaults& defaults) {
  return {name.familiar(defaults), name.familiar_name(defaults), name.canonical(), name.name()};
}

}  // namespace

cli::ImagePatterns docker_image_patterns() { return {.forms = pattern_forms, .picks_names = true}; }

cli::ListStyle<image::Image> docker_images() {
  return {.texts = {.table = "table {{.Repository}}\t{{.Tag}}\t{{.ID}}\t"
                             "{{.CreatedSince}}\t{{.Size}}",
                    .id_field = "ID",
                    .escapes_html = true,
                    .headers = image_headers},
          .rows = image_rows,
          .document = nullptr};
}

cli::ListStyle<engine::Container> docker_containers() {
  return {.texts = {.table = "table {{.ID}}\t{{.Image}}\t{{.Command}}\t"
                             "{{.RunningFor}}\t{{.Status}}\t{{.Ports}}\t{{.Names}}",
                    .id_field = "ID",
                    .escapes_html = true,
                    .headers = container_headers},
          .rows = container_rows,
          .document = nullptr};
}

}  // namespace frontends
