// records/<image id>.json on disk.
#pragma once

#include <optional>

#include "image/image.h"
#include "image/store_layout.h"

namespace image {

// Without tags. nullopt where there is none; throws corrupt or unsupported, naming the file.
std::optional<Image> read_record(const StoreLayout& layout, const Digest& id);
void write_record(const StoreLayout& layout, const Image& image);

}  // namespace image
