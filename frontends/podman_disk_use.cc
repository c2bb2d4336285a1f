// podman's `system df` (cmd/podman/system/df.go tells what it shows).
#include <fmt/core.h>

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "frontends/podman_parts.h"
#include "frontends/rows.h"

namespace frontends {
namespace {

using base::Json;

constexpr int json_indent = 4;
constexpr std::size_t short_id = 12;

std::string size_text(std::uint64_t bytes) { return base::human_size(bytes, 4); }

std::string reclaimable(const cli::DiskUse& use) {
  const double part =
      use.bytes == 0 ? 0 : static_cast<double>(use.reclaimable) / static_cast<double>(use.bytes);
  return fmt::format("{} ({:.0f}%)", size_text(use.reclaimable), std::round(part * 100));
}

// It has no cache of builds.
Json line_rows(std::span<const cli::DiskUse> lines, const cli::RowContext&) {
  Json rows = Json::array();
  for (const cli::DiskUse& use : lines)
    if (use.type != "Build Cache")
      rows.push_back({{"Type", use.type},
                      {"Total", use.total},
                      {"TotalCount", use.total},
                      {"Active", use.active},
                      {"RawSize", use.bytes},
                      {"RawReclaimable", use.reclaimable},
                      {"Size", size_text(use.bytes)},
                      {"Reclaimable", reclaimable(use)}});
  return rows;
}

std::string line_document(std::span<const cli::DiskUse> lines, const cli::RowContext& context) {
  return line_rows(lines, context).dump(json_indent);
}

// One for each of its names.
void add_image(Json& rows, const cli::DiskUseDetails::OfImage& one,
               const cli::RowContext& context) {
  const auto& created = one.image.created();
  for (const NamedImage& row : named(one.image))
    rows.push_back({{"Repository", row.name ? row.name->name() : "<none>"},
                    {"Tag", row.name ? row.name->tag().value_or("<none>") : "<none>"},
                    {"ImageID", one.image.id.short_hex()},
                    {"Created", created ? age(*created, context.now) : "N/A"},
                    {"Size", size_text(one.space.bytes)},
                    {"SharedSize", size_text(one.space.shared_bytes)},
                    {"UniqueSize", size_text(one.space.bytes - one.space.shared_bytes)},
                    {"Containers", one.containers}});
}

Json container_row(const cli::DiskUseDetails::OfContainer& one, const cli::RowContext& context) {
  const engine::ContainerConfig& config = one.container.config;
  const std::string& image = config.image_id;
  return {{"ContainerID", one.container.short_id()},
          {"Image", image.substr(image.find(':') + 1).substr(0, short_id)},
          {"Command", command_line(config)},
          {"LocalVolumes", 0},
          {"RWSize", size_text(one.bytes)},
          {"Created", age(config.created, context.now)},
          {"Status", engine::state_name(one.container.state)},
          {"Names", config.name}};
}

Json details(const cli::DiskUseDetails& details, const cli::RowContext& context) {
  Json images = Json::array();
  Json containers = Json::array();
  for (const auto& one : details.images) add_image(images, one, context);
  for (const auto& one : details.containers) containers.push_back(container_row(one, context));
  return {{"Images", std::move(images)},
          {"Containers", std::move(containers)},
          {"Volumes", Json::array()}};
}

constexpr std::array line_headers = {
    cli::ColumnHeader{"Type", "TYPE"},
    cli::ColumnHeader{"Total", "TOTAL"},
    cli::ColumnHeader{"TotalCount", "TOTALCOUNT"},
    cli::ColumnHeader{"Active", "ACTIVE"},
    cli::ColumnHeader{"RawSize", "RAWSIZE"},
    cli::ColumnHeader{"RawReclaimable", "RAWRECLAIMABLE"},
    cli::ColumnHeader{"Size", "SIZE"},
    cli::ColumnHeader{"Reclaimable", "RECLAIMABLE"},
};
constexpr std::array image_headers = {
    cli::ColumnHeader{"Repository", "REPOSITORY"},
    cli::ColumnHeader{"Tag", "TAG"},
    cli::ColumnHeader{"ImageID", "IMAGE ID"},
    cli::ColumnHeader{"Created", "CREATED"},
    cli::ColumnHeader{"Size", "SIZE"},
    cli::ColumnHeader{"SharedSize", "SHARED SIZE"},
    cli::ColumnHeader{"UniqueSize", "UNIQUE SIZE"},
    cli::ColumnHeader{"Containers", "CONTAINERS"},
};
constexpr std::array container_headers = {
    cli::ColumnHeader{"ContainerID", "CONTAINER ID"},
    cli::ColumnHeader{"Image", "IMAGE"},
    cli::ColumnHeader{"Command", "COMMAND"},
    cli::ColumnHeader{"LocalVolumes", "LOCAL VOLUMES"},
    cli::ColumnHeader{"RWSize", "SIZE"},
    cli::ColumnHeader{"Created", "CREATED"},
    cli::ColumnHeader{"Status", "STATUS"},
    cli::ColumnHeader{"Names", "NAMES"},
};
constexpr std::array volume_headers = {
    cli::ColumnHeader{"VolumeName", "VOLUME NAME"},
    cli::ColumnHeader{"Links", "LINKS"},
    cli::ColumnHeader{"Size", "SIZE"},
};

constexpr std::array sections = {
    cli::DiskUseSection{
        "Images space usage:\n\n",
        "Images",
        {.table = "table {{.Repository}}\t{{.Tag}}\t{{.ImageID}}\t{{.Created}}\t{{.Size}}\t"
                  "{{.SharedSize}}\t{{.UniqueSize}}\t{{.Containers}}",
         .headers = image_headers}},
    cli::DiskUseSection{
        "\nContainers space usage:\n\n",
        "Containers",
        {.table = "table {{.ContainerID}}\t{{.Image}}\t{{.Command}}\t{{.LocalVolumes}}\t"
                  "{{.RWSize}}\t{{.Created}}\t{{.Status}}\t{{.Names}}",
         .headers = container_headers}},
    cli::DiskUseSection{
        "\nLocal Volumes space usage:\n\n",
        "Volumes",
        {.table = "table {{.VolumeName}}\t{{.Links}}\t{{.Size}}", .headers = volume_headers}},
};

}  // namespace

cli::DiskUseStyle podman_disk_use() {
  return {.lines = {.texts = {.table = "table {{.Type}}\t{{.Total}}\t{{.Active}}\t{{.Size}}\t"
                                       "{{.Reclaimable}}",
                              .headers = line_headers},
                    .rows = line_rows,
                    .document = line_document},
          .details = details,
          .sections = sections,
          .no_format = "cannot combine --format and --verbose flags"};
}

}  // namespace frontends
