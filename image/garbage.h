// What lies in the store and nothing refers to, and what else a change that was killed leaves.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/lock.h"
#include "image/image_index.h"
#include "image/image_store.h"

namespace image {

// Blobs, disks and records that no image in index.json refers to, and attempts at replacing a file
// that were never finished; whole paths. `held` is the store's lock: without it, what a pull is
// moving into place would be among them.
std::vector<std::string> find_garbage(const StoreLayout& layout, std::span<const ImageUse> uses,
                                      const base::FileLock& held);
// Names in index.json that stand for the manifest which an image had before: who puts an image
// writes its record first, and may die then. Other tools would look for what is garbage by now.
// As they should be.
std::vector<IndexEntry> outdated_entries(const StoreLayout& layout);
// Removes these, and brings index.json up to date.
Collected collect_files(const StoreLayout& layout, std::span<const ImageUse> uses,
                        const base::FileLock& held);
// Removes what pulls left whose lock nobody holds any more. `held` is the store's lock.
Collected collect_staging(const StoreLayout& layout, const base::FileLock& held);

}  // namespace image
