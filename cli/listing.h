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
  // Of containers by their ids, borrowed; null where they are not wanted.
  const std::map<std::string, ContainerSize>* sizes = nullptr;
  std::string sort;  // by that field, in lower case; empty: as the items come
};

// `Item` is image::Image, HistoryStep or engine::Container. Throws usage for a format that does not
// fit.
template <typename Item>
void print_list(Context& context, const ListStyle<Item>& style, std::span<const Item> items,
                const ListRequest& request);

// What the engine tells of itself and the host.
void print_document(Context& context, const DocumentStyle& style, const std::string& format);

}  // namespace cli
