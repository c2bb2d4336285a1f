#include "cli/listing.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "cli/table.h"
#include "cli/template.h"

namespace cli {
namespace {

constexpr std::string_view table_word = "table";
constexpr std::string_view whole_row = "{{json .}}";

// What the headers of a table are made of: the same template, over the names of its columns.
base::Json header_row(const ListTexts& texts) {
  base::Json row = base::Json::object();
  for (const ColumnHeader& column : texts.headers) row[std::string(column.field)] = column.header;
  return row;
}

void print_ids(Context& context, const ListTexts& texts, const base::Json& rows) {
  std::vector<std::string> seen;
  for (const base::Json& row : rows) {
    const std::string id = row.at(std::string(texts.id_field));
    const bool known = std::find(seen.begin(), seen.end(), id) != seen.end();
    if (texts.unique_ids && known) continue;
    seen.push_back(id);
    context.out.line(id);
  }
}

// A field by its name without regard to case; throws usage where none has it.
std::string field_named(const base::Json& row, std::string_view name) {
  for (const auto& [key, value] : row.items())
    if (base::lower(key) == name || base::lower(key) == std::string(name) + "at") return key;
  throw base::Error(base::ErrorKind::usage,
                    fmt::format("\"{}\" is nothing to sort by", base::printable(name)));
}

void sort_rows(base::Json& rows, std::string_view wish) {
  if (wish.empty() || rows.empty()) return;
  const std::string field = field_named(rows.front(), wish);
  std::stable_sort(rows.begin(), rows.end(), [&](const base::Json& a, const base::Json& b) {
    return a.at(field) < b.at(field);
  });
}

// As Go's json.Marshal writes what HTML would take for its own.
std::string html_escaped(std::string_view json) {
  std::string text;
  for (const char c : json) {
    if (c == '<' || c == '>' || c == '&')
      text += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    else
      text += c;
  }
  return text;
}

// docker's heading of a label: the last part of its name.
std::string label_heading(const std::string& name) {
  std::string heading = name.substr(name.rfind('.') + 1);
  for (char& c : heading)
    if (c == '-' || c == '_') c = ' ';
  return heading;
}

std::string render_row(const Template& line, base::Json row) {
  const auto labels = row.find("Label");
  if (labels == row.end()) return line.render(row);
  const base::Json all = *labels;
  row.erase("Label");
  return line.render(row, [&](const std::string& name) {
    return base::printable(all.value(name, std::string()));
  });
}

}  // namespace

void print_rows(Context& context, const ListTexts& texts, const base::Json& rows,
                std::string_view format, bool headless) {
  const bool table = format.starts_with(table_word);
  if (table) format = base::trim(format.substr(table_word.size()));
  std::string text = unescaped_format(format);
  if (table && context.personality.table.spaces_separate)
    std::replace(text.begin(), text.end(), ' ', '\t');
  const Template line(text);
  std::vector<std::string> lines;
  if (table && !headless) lines.push_back(line.render(header_row(texts), label_heading));
  for (const base::Json& row : rows) lines.push_back(render_row(line, row));
  if (table) return context.out.write(aligned(lines, context.personality.table));
  const bool escaped = texts.escapes_html && format == whole_row;
  for (const std::string& shown : lines) context.out.line(escaped ? html_escaped(shown) : shown);
}

template <typename Item>
void print_list(Context& context, const ListStyle<Item>& style, std::span<const Item> items,
                const ListRequest& request) {
  RowContext row_context = context.row_context(request.truncate);
  row_context.sizes = request.sizes;
  row_context.human = request.human;
  row_context.digests = request.digests;
  if (request.format == "json" && style.document != nullptr) {
    const std::string document = style.document(items, row_context);
    return context.out.line(style.texts.escapes_html ? html_escaped(document) : document);
  }
  base::Json rows = style.rows(items, row_context);
  sort_rows(rows, request.sort);
  if (request.quiet && request.format.empty()) return print_ids(context, style.texts, rows);
  const std::string_view own_table = request.table.empty() ? style.texts.table : request.table;
  std::string_view format = request.format;
  if (format.empty() || format == table_word) format = own_table;
  if (format == "json") format = whole_row;
  print_rows(context, style.texts, rows, format, request.headless);
}

template void print_list(Context& context, const ListStyle<image::Image>& style,
                         std::span<const image::Image> items, const ListRequest& request);
template void print_list(Context& context, const ListStyle<HistoryStep>& style,
                         std::span<const HistoryStep> items, const ListRequest& request);
template void print_list(Context& context, const ListStyle<engine::Container>& style,
                         std::span<const engine::Container> items, const ListRequest& request);
template void print_list(Context& context, const ListStyle<DiskUse>& style,
                         std::span<const DiskUse> items, const ListRequest& request);
template void print_list(Context& context, const ListStyle<FoundRow>& style,
                         std::span<const FoundRow> items, const ListRequest& request);
template void print_list(Context& context, const ListStyle<TagRow>& style,
                         std::span<const TagRow> items, const ListRequest& request);

void print_document(Context& context, const DocumentStyle& style, const std::string& format) {
  engine::Engine& engine = context.engine();
  const base::Json document = style.document({.program = context.personality.program,
                                              .platform = image::Platform::host(),
                                              .host = engine.info(),
                                              .settings = engine.settings(),
                                              .debug = context.globals.debug});
  if (format.empty()) return context.out.write(Template(style.text).render(document));
  if (format == "json" && style.indented_json) return context.out.write(base::dump_json(document));
  if (format == "json") return context.out.line(base::dump_compact(document));
  context.out.line(Template(unescaped_format(format)).render(document));
}

}  // namespace cli
