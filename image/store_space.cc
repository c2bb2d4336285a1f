#include "image/store_space.h"

#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "base/file.h"
#include "image/image_files.h"
#include "image/named_sets.h"

namespace image {
namespace {

struct File {
  std::uint64_t bytes = 0;
  unsigned images = 0;  // that need it
  bool used = false;    // by a container
};
using Files = std::map<std::string, File>;

Files find_files(const StoreLayout& layout) {
  Files files;
  for (const std::string& directory : {layout.blobs(), layout.disks(), layout.records()})
    for (const std::string& name : base::list_directory(directory)) {
      struct stat status {};
      const std::string path = directory + "/" + name;
      if (lstat(path.c_str(), &status) == 0)
        files[path].bytes = static_cast<std::uint64_t>(status.st_blocks) * 512;
    }
  return files;
}

using Paths = std::set<std::string>;

void add(Paths& paths, const std::vector<std::string>& files) {
  paths.insert(files.begin(), files.end());
}

// With all of the sets that its names stand for: they go with it, not before.
Paths files_with_sets(const StoreLayout& layout, const Image& image,
                      const std::vector<NamedSet>& sets) {
  Paths paths;
  add(paths, files_of(layout, image));
  for (const NamedSet& named : sets) {
    if (named.image != image.id || !named.set) continue;
    add(paths, files_of(layout, *named.set));
    for (const Image& other : named.set->images) add(paths, files_of(layout, other));
  }
  return paths;
}

ImageSpace space_of(const Digest& id, const Paths& paths, const Files& files) {
  ImageSpace space{.image = id};
  for (const std::string& path : paths) {
    const auto file = files.find(path);
    if (file == files.end()) continue;
    space.bytes += file->second.bytes;
    if (file->second.images > 1) space.shared_bytes += file->second.bytes;
  }
  return space;
}

}  // namespace

StoreSpace measure(const ImageStore& store, std::span<const ImageUse> uses) {
  const StoreLayout& layout = store.layout();
  Files files = find_files(layout);
  const std::vector<Image> images = store.list();
  const std::vector<NamedSet> sets = named_sets(layout);
  for (const Image& image : images) {
    const bool used =
        std::ranges::any_of(uses, [&](const ImageUse& use) { return use.image == image.id; });
    for (const std::string& path : files_with_sets(layout, image, sets))
      if (const auto file = files.find(path); file != files.end()) {
        ++file->second.images;
        file->second.used = file->second.used || used;
      }
  }
  for (const ImageUse& use : uses)
    for (const std::string& disk : use.disks)
      if (const auto file = files.find(layout.disk(disk)); file != files.end())
        file->second.used = true;
  StoreSpace space;
  for (const auto& [path, file] : files) {
    space.bytes += file.bytes;
    if (!file.used) space.reclaimable += file.bytes;
  }
  for (const Image& image : images)
    space.images.push_back(space_of(image.id, files_with_sets(layout, image, sets), files));
  return space;
}

}  // namespace image
