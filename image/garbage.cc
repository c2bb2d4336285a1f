#include "image/garbage.h"

#include <sys/stat.h>

#include <set>
#include <string>

#include "base/error.h"
#include "base/file.h"
#include "image/image_index.h"
#include "image/record_file.h"

namespace image {
namespace {

struct Live {
  std::set<std::string> blobs;    // hex
  std::set<std::string> disks;    // file names
  std::set<std::string> records;  // file names
};

Live find_live(const StoreLayout& layout, std::span<const ImageUse> uses) {
  Live live;
  for (const IndexEntry& entry : read_index(layout)) {
    const auto image = read_record(layout, entry.image);
    if (!image) continue;
    live.records.insert(entry.image.hex + ".json");
    live.blobs.insert({image->manifest.digest.hex, image->config_blob.digest.hex});
    for (const Layer& layer : image->layers) {
      live.blobs.insert(layer.blob.digest.hex);
      live.disks.insert(layer.disk);
    }
  }
  for (const ImageUse& use : uses) live.disks.insert(use.disks.begin(), use.disks.end());
  return live;
}

void remove_counted(const std::string& path, Collected& collected) {
  struct stat status {};
  if (lstat(path.c_str(), &status) == 0) {
    ++collected.files;
    collected.bytes += static_cast<std::uint64_t>(status.st_blocks) * 512;
  }
  base::remove_file(path);
}

void keep_only(const std::string& directory, const std::set<std::string>& names,
               Collected& collected) {
  for (const std::string& name : base::list_directory(directory))
    if (!names.contains(name)) remove_counted(directory + "/" + name, collected);
}

// ".NAME.tmp-XXXXXX", as AtomicFile names what it was writing when its process was killed.
void remove_attempts(const std::string& directory, Collected& collected) {
  for (const std::string& name : base::list_directory(directory))
    if (name.starts_with(".") && name.find(".tmp-") != std::string::npos)
      remove_counted(directory + "/" + name, collected);
}

}  // namespace

Collected collect_files(const StoreLayout& layout, std::span<const ImageUse> uses,
                        const base::FileLock&) {
  const Live live = find_live(layout, uses);
  Collected collected;
  keep_only(layout.blobs(), live.blobs, collected);
  keep_only(layout.disks(), live.disks, collected);
  keep_only(layout.records(), live.records, collected);
  remove_attempts(layout.root, collected);
  return collected;
}

Collected collect_staging(const StoreLayout& layout, const base::FileLock&) {
  constexpr std::string_view lock_suffix = ".lock";
  Collected collected;
  std::set<std::string> names;
  for (const std::string& name : base::list_directory(layout.staging()))
    names.insert(name.ends_with(lock_suffix) ? name.substr(0, name.size() - lock_suffix.size())
                                             : name);
  for (const std::string& name : names) {
    const std::string path = layout.staging() + "/" + name;
    const auto free = base::FileLock::try_acquire(path + ".lock");
    if (!free) continue;
    base::remove_tree(path);
    base::remove_file(path + ".lock");
    ++collected.files;
  }
  return collected;
}

void ImageStore::collect_abandoned() {
  if (base::list_directory(layout_.staging()).empty()) return;
  collect_staging(layout_, lock_for_change());
}

Collected ImageStore::collect_garbage(std::span<const ImageUse> uses) {
  if (!base::exists(layout_.root)) return {};
  const base::FileLock lock = lock_for_change();
  Collected all = collect_staging(layout_, lock);
  const Collected files = collect_files(layout_, uses, lock);
  all.files += files.files;
  all.bytes += files.bytes;
  return all;
}

}  // namespace image
