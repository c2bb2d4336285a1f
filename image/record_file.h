// records/ on disk.
#pragma once

#include <optional>

#include "image/image.h"
#include "image/image_set.h"
#include "image/store_layout.h"

namespace image {

// Without tags. nullopt where there is none; throws corrupt or unsupported, naming the file.
std::optional<Image> read_record(const StoreLayout& layout, const Digest& id);
void write_record(const StoreLayout& layout, const Image& image);

// Of its images, the ids only. nullopt where there is none; throws as above.
std::optional<ImageSet> read_set_record(const StoreLayout& layout, const Digest& index);
// With its images, but for those whose records are gone. nullopt where there is none, or none of
// its images; throws as above.
std::optional<ImageSet> read_set(const StoreLayout& layout, const Digest& index);
void write_set(const StoreLayout& layout, const ImageSet& set);

}  // namespace image
