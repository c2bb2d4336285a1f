#include "image/record_file.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "image/image_json.h"

namespace image {
namespace {

constexpr std::size_t largest_record = std::size_t{32} << 20;

}  // namespace

std::optional<Image> read_record(const StoreLayout& layout, const Digest& id) {
  const std::string path = layout.record(id);
  const auto text = base::try_read_file(path, largest_record);
  if (!text) return std::nullopt;
  return base::doing(path, [&] {
    Image image = image_from_json(base::parse_json(*text, "record", {.bytes = largest_record}));
    if (image.id != id)
      throw base::Error(base::ErrorKind::corrupt, "is the record of " + image.id.text());
    return image;
  });
}

void write_record(const StoreLayout& layout, const Image& image) {
  base::replace_file(layout.record(image.id), base::dump_json(to_json(image)));
}

}  // namespace image
