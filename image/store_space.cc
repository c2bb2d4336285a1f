#include "image/store_space.h"

#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "base/file.h"
#include "image/image_files.h"

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

std::set<std::string> unique_files_of(const StoreLayout& layout, const Image& image) {
  const std::vector<std::string> files = files_of(layout, image);
  return {files.begin(), files.end()};
}

ImageSpace space_of(const Digest& id, const std::set<std::string>& paths, const Files& files) {
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
  for (const Image& image : images) {
    const bool used =
        std::ranges::any_of(uses, [&](const ImageUse& use) { return use.image == image.id; });
    for (const std::string& path : unique_files_of(layout, image))
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
    space.images.push_back(space_of(image.id, unique_files_of(layout, image), files));
  return space;
}

}  // namespace image
