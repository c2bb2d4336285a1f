// What a check of the store finds that does no harm: changes that were killed leave it.
#pragma once

#include <vector>

#include "image/store_check.h"

namespace image {

// What nothing refers to, and where index.json is behind a record; removed and brought up to date
// where `options.repair` says so. All images must be known: what those need that cannot be read is
// among it otherwise. Takes the store's lock.
std::vector<Finding> check_rest(ImageStore& store, const CheckOptions& options);

}  // namespace image
