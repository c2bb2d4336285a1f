// What lies in the store and nothing refers to.
#pragma once

#include <span>

#include "base/lock.h"
#include "image/image_store.h"

namespace image {

// Removes blobs, disks and records that no image in index.json refers to, and attempts at
// replacing a file that were never finished. `held` is the store's lock.
Collected collect_files(const StoreLayout& layout, std::span<const ImageUse> uses,
                        const base::FileLock& held);
// Removes what pulls left whose lock nobody holds any more. `held` is the store's lock.
Collected collect_staging(const StoreLayout& layout, const base::FileLock& held);

}  // namespace image
