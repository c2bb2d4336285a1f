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

std::optional<ImageSet> read_set_record(const StoreLayout& layout, const Digest& index) {
  const std::string path = layout.set_record(index);
  const auto text = base::try_read_file(path, largest_record);
  if (!text) return std::nullopt;
  return base::doing(path, [&] {
    return set_record_from_json(base::parse_json(*text, "record", {.bytes = largest_record}));
  });
}

std::optional<ImageSet> read_set(const StoreLayout& layout, const Digest& index) {
  std::optional<ImageSet> set = read_set_record(layout, index);
  if (!set) return std::nullopt;
  std::vector<Image> images;
  for (const Image& named : set->images)
    if (auto image = read_record(layout, named.id)) images.push_back(std::move(*image));
  if (images.empty()) return std::nullopt;
  set->images = std::move(images);
  return set;
}

void write_set(const StoreLayout& layout, const ImageSet& set) {
  base::replace_file(layout.set_record(set.index.digest), base::dump_json(set_record_to_json(set)));
}

}  // namespace image
