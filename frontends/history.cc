// The rows of `history`, docker's and podman's.
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "cli/wording.h"
#include "frontends/docker_parts.h"
#include "frontends/podman_parts.h"
#include "frontends/rows.h"

namespace frontends {
namespace {

using base::Json;

constexpr std::size_t shown_command = 45;

// What the two do differently.
struct Manner {
  std::string_view ellipsis;
  std::uint64_t cli::HistoryStep::*bytes;
  std::string (*size)(std::uint64_t bytes);
  std::string (*whole_id)(const image::Digest& image);
};
constexpr Manner docker{.ellipsis = "…",
                        .bytes = &cli::HistoryStep::content_bytes,
                        .size = [](std::uint64_t bytes) { return base::human_size(bytes); },
                        .whole_id = [](const image::Digest& image) { return image.text(); }};
constexpr Manner podman{.ellipsis = "...",
                        .bytes = &cli::HistoryStep::bytes,
                        .size = spaced_size,
                        .whole_id = [](const image::Digest& image) { return image.hex; }};

std::string one_line_of(std::string text) {
  constexpr std::size_t longest = 1u << 16;
  std::replace(text.begin(), text.end(), '\t', ' ');
  return base::printable(text, longest);
}

// "2026-01-02T03:04:05Z", without a fraction.
std::string exact_time(base::WallTime time) {
  return base::format_time(std::chrono::floor<std::chrono::seconds>(time)).substr(0, 19) + "Z";
}

std::string id_of(const cli::HistoryStep& step, bool truncate, const Manner& manner) {
  if (!step.image) return "<missing>";
  return truncate ? step.image->short_hex() : manner.whole_id(*step.image);
}

Json row_of(const cli::HistoryStep& step, const cli::RowContext& context, const Manner& manner) {
  const auto& created = step.record.created;
  const std::uint64_t bytes = step.*manner.bytes;
  const std::string command = one_line_of(step.record.created_by);
  const std::string since = created ? age(*created, context.now) + " ago" : "N/A";
  std::vector<std::string> tags;
  for (const image::Reference& name : step.names) tags.push_back(name.familiar(context.names));
  return {
      {"ID", id_of(step, context.truncate, manner)},
      {"Created", since},
      {"CreatedAt", created ? exact_time(*created) : "N/A"},
      {"CreatedSince", since},
      {"CreatedBy",
       context.truncate ? cli::shortened(command, shown_command, manner.ellipsis) : command},
      {"Size", context.human ? manner.size(bytes) : std::to_string(bytes)},
      {"Comment", one_line_of(step.record.comment)},
      {"Tags", base::join(tags, ", ")},
  };
}

template <const Manner& manner>
Json rows_of(std::span<const cli::HistoryStep> steps, const cli::RowContext& context) {
  Json rows = Json::array();
  for (const cli::HistoryStep& step : steps) rows.push_back(row_of(step, context, manner));
  return rows;
}

// podman's `--format json`.
std::string document_of(std::span<const cli::HistoryStep> steps, const cli::RowContext&) {
  Json all = Json::array();
  for (const cli::HistoryStep& step : steps) {
    const std::string created = short_time(step.record.created.value_or(base::WallTime{}));
    Json object = {{"id", id_of(step, false, podman)},
                   {"created", created},
                   {"CreatedBy", one_line_of(step.record.created_by)},
                   {"size", step.bytes}};
    if (!step.record.comment.empty()) object["comment"] = one_line_of(step.record.comment);
    object["Created"] = created;
    all.push_back(std::move(object));
  }
  return base::dump_compact(all);
}

constexpr std::string_view table =
    "table {{.ID}}\t{{.CreatedSince}}\t{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}";

template <int identity>
constexpr std::array headers = {
    cli::ColumnHeader{"ID", identity == 0 ? "IMAGE" : "ID"},
    cli::ColumnHeader{"Created", "CREATED"},
    cli::ColumnHeader{"CreatedAt", identity == 0 ? "CREATED AT" : "CREATED"},
    cli::ColumnHeader{"CreatedSince", "CREATED"},
    cli::ColumnHeader{"CreatedBy", "CREATED BY"},
    cli::ColumnHeader{"Size", "SIZE"},
    cli::ColumnHeader{"Comment", "COMMENT"},
    cli::ColumnHeader{"Tags", "TAGS"},
};

}  // namespace

cli::ListStyle<cli::HistoryStep> docker_history() {
  return {.texts = {.table = table, .id_field = "ID", .escapes_html = true, .headers = headers<0>},
          .rows = rows_of<docker>,
          .document = nullptr};
}

cli::ListStyle<cli::HistoryStep> podman_history() {
  return {.texts = {.table = table, .id_field = "ID", .escapes_html = true, .headers = headers<1>},
          .rows = rows_of<podman>,
          .document = document_of};
}

}  // namespace frontends
