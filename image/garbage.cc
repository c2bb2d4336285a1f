#include "image/garbage.h"

#include <sys/stat.h>

#include <set>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "image/image_files.h"
#include "image/image_index.h"
#include "image/record_file.h"

namespace image {
namespace {

// Whole paths.
using Paths = std::set<std::string>;

void keep(Paths& live, const StoreLayout& layout, const Image& image) {
  for (std::string& file : files_of(layout, image)) live.insert(std::move(file));
}

void keep(Paths& live, const StoreLayout& layout, const ImageSet& set) {
  for (std::string& file : files_of(layout, set)) live.insert(std::move(file));
  for (const Image& image : set.images) keep(live, layout, image);
}

Paths find_live(const StoreLayout& layout, std::span<const ImageUse> uses) {
  Paths live;
  for (const IndexEntry& entry : read_index(layout)) {
    if (const auto image = read_record(layout, entry.image)) keep(live, layout, *image);
    const auto set = entry.set ? read_set(layout, *entry.set) : std::nullopt;
    if (set) keep(live, layout, *set);
  }
  for (const ImageUse& use : uses)
    for (const std::string& disk : use.disks) live.insert(layout.disk(disk));
  return live;
}

// ".NAME.tmp-XXXXXX", as AtomicFile names what it was writing when its process was killed.
bool is_attempt(const std::string& name) {
  return name.starts_with(".") && name.find(".tmp-") != std::string::npos;
}

void remove_counted(const std::string& path, Collected& collected) {
  struct stat status {};
  if (lstat(path.c_str(), &status) == 0) {
    ++collected.files;
    collected.bytes += static_cast<std::uint64_t>(status.st_blocks) * 512;
  }
  base::remove_file(path);
}

void update_index(const StoreLayout& layout) {
  const std::vector<IndexEntry> outdated = outdated_entries(layout);
  if (outdated.empty()) return;
  std::vector<IndexEntry> entries = read_index(layout);
  for (const IndexEntry& entry : outdated) assign(entries, entry);
  write_index(layout, entries);
}

}  // namespace

std::vector<std::string> find_garbage(const StoreLayout& layout, std::span<const ImageUse> uses,
                                      const base::FileLock&) {
  const std::set<std::string> live = find_live(layout, uses);
  std::vector<std::string> garbage;
  for (const std::string& directory : {layout.blobs(), layout.disks(), layout.records()})
    for (const std::string& name : base::list_directory(directory))
      if (const std::string path = directory + "/" + name; !live.contains(path))
        garbage.push_back(path);
  for (const std::string& name : base::list_directory(layout.root))
    if (is_attempt(name)) garbage.push_back(layout.root + "/" + name);
  return garbage;
}

std::vector<IndexEntry> outdated_entries(const StoreLayout& layout) {
  std::vector<IndexEntry> outdated;
  for (IndexEntry& entry : read_index(layout)) {
    const auto record = read_record(layout, entry.image);
    if (!record || record->manifest == entry.manifest) continue;
    entry.manifest = record->manifest;
    outdated.push_back(std::move(entry));
  }
  return outdated;
}

Collected collect_files(const StoreLayout& layout, std::span<const ImageUse> uses,
                        const base::FileLock& held) {
  update_index(layout);
  Collected collected;
  for (const std::string& path : find_garbage(layout, uses, held)) remove_counted(path, collected);
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
    collected.bytes += base::disk_usage(path);
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
