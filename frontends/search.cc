// What `search` shows, docker's and podman's.
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/text.h"
#include "cli/wording.h"
#include "frontends/docker_parts.h"
#include "frontends/podman_parts.h"
#include "frontends/rows.h"

namespace frontends {
namespace {

using base::Json;

constexpr std::size_t longest = 4096;

std::string docker_description(const image::FoundImage& image, const cli::RowContext& context) {
  constexpr std::size_t shown = 45;
  std::string text = base::printable(image.description, longest);
  return context.truncate ? cli::shortened(text, shown, "…") : text;
}

// The mark comes on top of the 44 characters.
std::string podman_description(const image::FoundImage& image, const cli::RowContext& context) {
  constexpr std::size_t shown = 44;
  std::string text = base::printable(image.description, longest);
  if (!context.truncate || cli::display_width(text) <= shown) return text;
  return cli::shortened(text, shown, "") + "...";
}

std::string mark(bool value) { return value ? "[OK]" : ""; }

std::string docker_mark(bool value, const cli::RowContext& context) {
  if (context.human) return mark(value);
  return value ? "true" : "false";
}

Json docker_rows(std::span<const cli::FoundRow> found, const cli::RowContext& context) {
  Json rows = Json::array();
  for (const cli::FoundRow& row : found)
    rows.push_back({{"Description", docker_description(row.image, context)},
                    {"IsAutomated", docker_mark(row.image.automated, context)},
                    {"IsOfficial", docker_mark(row.image.official, context)},
                    {"Name", base::printable(row.image.name)},
                    {"StarCount", std::to_string(row.image.stars)}});
  return rows;
}

// With its registry and, of Docker Hub, with what is left out elsewhere.
std::string whole_name(const cli::FoundRow& row) {
  const std::string name = base::printable(row.image.name);
  const bool official = row.registry == "docker.io" && name.find('/') == std::string::npos;
  return row.registry + (official ? "/library/" : "/") + name;
}

Json podman_rows(std::span<const cli::FoundRow> found, const cli::RowContext& context) {
  Json rows = Json::array();
  for (const cli::FoundRow& row : found)
    rows.push_back({{"Index", row.registry},
                    {"Name", whole_name(row)},
                    {"Description", podman_description(row.image, context)},
                    {"Stars", row.image.stars},
                    {"Official", mark(row.image.official)},
                    {"Automated", mark(row.image.automated)},
                    {"Tag", ""}});
  return rows;
}

std::string indented(const Json& json) {
  constexpr int indent = 4;
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

std::string podman_document(std::span<const cli::FoundRow> found, const cli::RowContext& context) {
  return indented(podman_rows(found, context));
}

Json tag_rows(std::span<const cli::TagRow> tags, const cli::RowContext&) {
  Json rows = Json::array();
  for (const cli::TagRow& row : tags)
    rows.push_back({{"Name", row.repository}, {"Tag", base::printable(row.tag)}});
  return rows;
}

// All are of one repository.
std::string tag_document(std::span<const cli::TagRow> tags, const cli::RowContext&) {
  std::vector<std::string> names;
  names.reserve(tags.size());
  for (const cli::TagRow& row : tags) names.push_back(base::printable(row.tag));
  Json document = Json::array();
  if (!tags.empty()) document.push_back({{"Name", tags.front().repository}, {"Tags", names}});
  return indented(document);
}

constexpr std::array docker_headers = {
    cli::ColumnHeader{"Name", "NAME"},
    cli::ColumnHeader{"Description", "DESCRIPTION"},
    cli::ColumnHeader{"StarCount", "STARS"},
    cli::ColumnHeader{"IsOfficial", "OFFICIAL"},
    cli::ColumnHeader{"IsAutomated", "AUTOMATED"},
};
constexpr std::array podman_headers = {
    cli::ColumnHeader{"Index", "INDEX"},
    cli::ColumnHeader{"Name", "NAME"},
    cli::ColumnHeader{"Description", "DESCRIPTION"},
    cli::ColumnHeader{"Stars", "STARS"},
    cli::ColumnHeader{"Official", "OFFICIAL"},
    cli::ColumnHeader{"Automated", "AUTOMATED"},
    cli::ColumnHeader{"Tag", "TAG"},
};
constexpr std::array tag_headers = {
    cli::ColumnHeader{"Name", "NAME"},
    cli::ColumnHeader{"Tag", "TAG"},
};

constexpr std::string_view docker_table =
    "table {{.Name}}\t{{.Description}}\t{{.StarCount}}\t{{.IsOfficial}}\t{{.IsAutomated}}";

cli::ListStyle<cli::TagRow> tag_list() {
  return {
      .texts = {.table = "table {{.Name}}\t{{.Tag}}", .id_field = "Name", .headers = tag_headers},
      .rows = tag_rows,
      .document = tag_document};
}

}  // namespace

cli::SearchStyle docker_search() {
  constexpr unsigned most = 100;
  return {
      .by_stars = true,
      .headings_alone = true,
      .most = most,
      .found = {.texts = {.table = docker_table, .id_field = "Name", .headers = docker_headers},
                .rows = docker_rows,
                .document = nullptr},
      .compatible = docker_table,
      .tags = tag_list(),
  };
}

cli::SearchStyle podman_search() {
  return {
      .catalogue = true,
      .found = {.texts = {.table = "table {{.Name}}\t{{.Description}}",
                          .id_field = "Name",
                          .headers = podman_headers},
                .rows = podman_rows,
                .document = podman_document},
      .compatible = "table {{.Name}}\t{{.Description}}\t{{.Stars}}\t{{.Official}}\t{{.Automated}}",
      .tags = tag_list(),
  };
}

}  // namespace frontends
