// How lists look: rows of JSON and templates over them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "image/image.h"
#include "image/reference.h"

namespace cli {

// In bytes.
struct ContainerSize {
  std::uint64_t writable = 0;  // what its own files take on the disk
  std::uint64_t whole = 0;     // with its image's
};

// What the wording of a row depends on beside the thing itself.
struct RowContext {
  base::WallTime now{};
  bool truncate = true;
  image::NameDefaults names;
  const std::map<std::string, ContainerSize>* sizes = nullptr;  // by the container's id
  bool human = true;                                            // sizes and times for people
  bool digests = false;                                         // of images, asked for
};

// One step of an image's making.
struct HistoryStep {
  image::History record;
  std::uint64_t bytes = 0;              // of its layer, uncompressed
  std::uint64_t content_bytes = 0;      // of its layer's files
  std::optional<image::Digest> image;   // of the last step alone
  std::vector<image::Reference> names;  // likewise
};

struct ColumnHeader {
  std::string_view field;  // of the row
  std::string_view header;
};

// How a listing looks: a template over rows, each a JSON object.
struct ListTexts {
  std::string_view table;     // "table {{.ID}}\t{{.Image}}"
  std::string_view id_field;  // what -q prints
  bool unique_ids = false;    // -q prints an id once
  bool escapes_html = false;  // {{json .}} and documents
  std::span<const ColumnHeader> headers;
};

template <typename Item>
struct ListStyle {
  ListTexts texts;
  // An array of rows. One item may be several of them (an image with several tags), or none. A
  // row's member "Label", an object, is for {{.Label "NAME"}} and not shown.
  base::Json (*rows)(std::span<const Item> items, const RowContext& context);
  // `--format json`: one document, as text; nullptr: a line of JSON for each row.
  std::string (*document)(std::span<const Item> items, const RowContext& context);
};

}  // namespace cli
