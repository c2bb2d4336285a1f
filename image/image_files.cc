#include "image/image_files.h"

namespace image {

std::vector<Descriptor> blobs_of(const Image& image) {
  std::vector<Descriptor> blobs;
  blobs.reserve(image.layers.size() + 2);
  if (!image.blobs_dropped)
    for (const Layer& layer : image.layers) blobs.push_back(layer.blob);
  blobs.push_back(image.config_blob);
  blobs.push_back(image.manifest);
  return blobs;
}

std::vector<std::string> files_of(const StoreLayout& layout, const Image& image) {
  std::vector<std::string> files{layout.record(image.id)};
  for (const Descriptor& blob : blobs_of(image)) files.push_back(layout.blob(blob.digest));
  for (const Layer& layer : image.layers) files.push_back(layout.disk(layer.disk));
  return files;
}

std::vector<std::string> files_of(const StoreLayout& layout, const ImageSet& set) {
  std::vector<std::string> files{layout.set_record(set.index.digest)};
  for (const Descriptor& blob : blobs_of(set)) files.push_back(layout.blob(blob.digest));
  return files;
}

std::vector<Descriptor> blobs_of(const ImageSet& set) {
  std::vector<Descriptor> blobs{set.index};
  blobs.insert(blobs.end(), set.companions.begin(), set.companions.end());
  blobs.insert(blobs.end(), set.blobs.begin(), set.blobs.end());
  return blobs;
}

std::string shown_name(const Image& image, const NameDefaults& names) {
  return image.tags.empty() ? image.id.short_hex() : image.tags.front().familiar(names);
}

}  // namespace image
