// From a worker's directory into the store.
#pragma once

#include <vector>

#include "image/image_store.h"
#include "image/staging.h"

namespace image {

// Inspects and moves what the store lacks, then records the image under `names` beside those that
// it has, all under the store's lock. False: somebody removed meanwhile what the worker left out
// because the store had it. Throws corrupt, with nothing recorded.
bool take_over(ImageStore& store, Staging& staging, const Image& image,
               const std::vector<Reference>& names);
// The same of all of a set, whose names are those of its index.
bool take_over(ImageStore& store, Staging& staging, const ImageSet& set,
               const std::vector<Reference>& names);

}  // namespace image
