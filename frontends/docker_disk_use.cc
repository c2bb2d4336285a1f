// docker's `system df` (cli/command/formatter/disk_usage.go tells what it shows).
#include <fmt/core.h>

#include <array>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "frontends/docker_parts.h"

namespace frontends {
namespace {

using base::Json;

constexpr int digits = 4;

std::string reclaimable(const cli::DiskUse& use) {
  std::string size = base::human_size(use.reclaimable, digits);
  if (use.bytes == 0) return size;
  return fmt::format("{} ({}%)", size, use.reclaimable * 100 / use.bytes);
}

Json line_rows(std::span<const cli::DiskUse> lines, const cli::RowContext&) {
  Json rows = Json::array();
  for (const cli::DiskUse& use : lines)
    rows.push_back({{"Type", use.type},
                    {"TotalCount", std::to_string(use.total)},
                    {"Active", std::to_string(use.active)},
                    {"Size", base::human_size(use.bytes, digits)},
                    {"Reclaimable", reclaimable(use)}});
  return rows;
}

// One row for each, however many names it has.
Json image_row(const cli::DiskUseDetails::OfImage& one, const cli::RowContext& context) {
  Json row = docker_images().rows({&one.image, 1}, context).front();
  const std::string size = base::human_size(one.space.bytes);
  row.update({{"Size", size},
              {"VirtualSize", size},
              {"SharedSize", base::human_size(one.space.shared_bytes, digits)},
              {"UniqueSize", base::human_size(one.space.bytes - one.space.shared_bytes, digits)},
              {"Containers", std::to_string(one.containers)}});
  return row;
}

Json container_row(const cli::DiskUseDetails::OfContainer& one, const cli::RowContext& context) {
  Json row = docker_containers().rows({&one.container, 1}, context).front();
  row.erase("Label");
  row["Size"] = base::human_size(one.bytes);
  return row;
}

Json details(const cli::DiskUseDetails& details, const cli::RowContext& context) {
  Json images = Json::array();
  Json containers = Json::array();
  for (const auto& one : details.images) images.push_back(image_row(one, context));
  for (const auto& one : details.containers) containers.push_back(container_row(one, context));
  return {{"Images", std::move(images)},
          {"Containers", std::move(containers)},
          {"Volumes", Json::array()},
          {"BuildCache", Json::array()}};
}

constexpr std::array line_headers = {
    cli::ColumnHeader{"Type", "TYPE"},
    cli::ColumnHeader{"TotalCount", "TOTAL"},
    cli::ColumnHeader{"Active", "ACTIVE"},
    cli::ColumnHeader{"Size", "SIZE"},
    cli::ColumnHeader{"Reclaimable", "RECLAIMABLE"},
};
constexpr std::array volume_headers = {
    cli::ColumnHeader{"Name", "VOLUME NAME"},
    cli::ColumnHeader{"Links", "LINKS"},
    cli::ColumnHeader{"Size", "SIZE"},
};
constexpr std::array cache_headers = {
    cli::ColumnHeader{"ID", "CACHE ID"},
    cli::ColumnHeader{"CacheType", "CACHE TYPE"},
    cli::ColumnHeader{"Size", "SIZE"},
    cli::ColumnHeader{"CreatedSince", "CREATED"},
    cli::ColumnHeader{"LastUsedSince", "LAST USED"},
    cli::ColumnHeader{"UsageCount", "USAGE"},
    cli::ColumnHeader{"Shared", "SHARED"},
};

cli::ListTexts with_table(cli::ListTexts texts, std::string_view table) {
  texts.table = table;
  return texts;
}

std::span<const cli::DiskUseSection> sections() {
  static const std::array all = {
      cli::DiskUseSection{
          "Images space usage:\n\n", "Images",
          with_table(docker_images().texts,
                     "table {{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}\t"
                     "{{.SharedSize}}\t{{.UniqueSize}}\t{{.Containers}}")},
      cli::DiskUseSection{
          "\nContainers space usage:\n\n", "Containers",
          with_table(docker_containers().texts,
                     "table {{.ID}}\t{{.Image}}\t{{.Command}}\t{{.LocalVolumes}}\t{{.Size}}\t"
                     "{{.RunningFor}}\t{{.Status}}\t{{.Names}}")},
      cli::DiskUseSection{
          "\nLocal Volumes space usage:\n\n",
          "Volumes",
          {.table = "table {{.Name}}\t{{.Links}}\t{{.Size}}", .headers = volume_headers}},
      cli::DiskUseSection{"\nBuild cache usage: 0B\n\n",
                          "BuildCache",
                          {.table = "table {{.ID}}\t{{.CacheType}}\t{{.Size}}\t{{.CreatedSince}}\t"
                                    "{{.LastUsedSince}}\t{{.UsageCount}}\t{{.Shared}}",
                           .headers = cache_headers}},
  };
  return all;
}

}  // namespace

cli::DiskUseStyle docker_disk_use() {
  return {.lines = {.texts = {.table = "table {{.Type}}\t{{.TotalCount}}\t{{.Active}}\t{{.Size}}\t"
                                       "{{.Reclaimable}}",
                              .headers = line_headers},
                    .rows = line_rows,
                    .document = nullptr},
          .details = details,
          .sections = sections(),
          .no_format = {}};
}

}  // namespace frontends
