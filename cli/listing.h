// Lists and documents on standard output, by their personality's template or by the user's.
#pragma once

#include <map>
#include <span>
#include <string>

#include "cli/context.h"
#include "cli/personality.h"

namespace cli {

struct ListRequest {
  std::string format;      // of --format; empty: the table
  std::string_view table;  // the table where it is not the style's own; empty: the style's
  bool quiet = false;
  bool truncate = true;
  bool headless = false;  // no line of headings
  bool human = true;      // sizes and times for people
  bool digests = false;   // of images, asked for
  // Of containers by their ids, borrowed; null where they are not wanted.
  const std::map<std::string, ContainerSize>* sizes = nullptr;
  std::string sort;  // by that field, in lower case; empty: as the items come
};

// `Item` is image::Image, HistoryStep, engine::Container, DiskUse, FoundRow or TagRow. Throws usage
// for a format that does not fit.
template <typename Item>
void print_list(Context& context, const ListStyle<Item>& style, std::span<const Item> items,
                const ListRequest& request);

// Rows by a format that is no document ("table {{.ID}}", "{{.ID}}"), with headings but for
// `headless`.
void print_rows(Context& context, const ListTexts& texts, const base::Json& rows,
                std::string_view format, bool headless = false);

// What the engine tells of itself and the host.
void print_document(Context& context, const DocumentStyle& style, const std::string& format);

}  // namespace cli
