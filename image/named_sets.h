// The indexes that names stand for (image_set.h), as index.json and the records tell of them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "image/image_set.h"
#include "image/reference.h"
#include "image/store_layout.h"

namespace image {

struct NamedSet {
  Digest index;
  Digest image;  // that its names show
  std::vector<Reference> names;
  // What is known of it: without the images that `problem` tells of; nullopt where its own record
  // is of no use.
  std::optional<ImageSet> set;
  std::optional<std::string> problem;  // "its record is missing"
};

// Each once, in the order of index.json. Throws corrupt where that is damaged, unsupported for
// records of a newer schema.
std::vector<NamedSet> named_sets(const StoreLayout& layout);

}  // namespace image
