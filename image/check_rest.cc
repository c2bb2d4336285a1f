#include "image/check_rest.h"

#include <fmt/core.h>

#include "image/garbage.h"

namespace image {

std::vector<Finding> check_rest(ImageStore& store, const CheckOptions& options) {
  const StoreLayout& layout = store.layout();
  const base::FileLock lock = store.lock_for_change();
  std::vector<Finding> findings;
  const auto tell = [&](std::string what, std::string problem, const char* mended) {
    findings.push_back({.what = std::move(what),
                        .problem = std::move(problem),
                        .outcome = options.repair ? mended : "",
                        .damage = false});
  };
  for (const IndexEntry& entry : outdated_entries(layout))
    tell("index.json",
         fmt::format("has the manifest of before for {}",
                     entry.name ? entry.name->familiar(options.names) : entry.image.short_hex()),
         "brought up to date");
  for (const std::string& path : find_garbage(layout, options.uses, lock))
    tell(path.substr(layout.root.size() + 1), "nothing refers to it", "removed");
  if (options.repair) collect_files(layout, options.uses, lock);
  return findings;
}

}  // namespace image
