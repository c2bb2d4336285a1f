#include "image/lower_view.h"

#include <algorithm>
#include <set>
#include <utility>

#include "image/overlay_names.h"

namespace image {

LowerView::LowerView(const LowerLayers& layers) : layers_(layers) {}

LowerView::Directory LowerView::root() {
  if (disks_.empty())
    for (const int disk : layers_.disks) disks_.emplace_back(disk);
  Directory parts;
  for (SquashfsReader& disk : disks_) parts.push_back({.disk = &disk, .reference = disk.root()});
  return parts;
}

std::optional<LowerView::Found> LowerView::find(const Directory& directory, std::string_view name) {
  std::optional<Found> found;
  for (const Part& part : directory) {
    const auto reference = part.disk->find(part.reference, name);
    if (!reference) continue;
    SquashfsInode inode = part.disk->inode(*reference);
    const bool is_directory = inode.type == EntryType::directory;
    if (inode.is_whiteout() || (found && !is_directory)) break;
    const bool opaque = inode.is_opaque();
    const Part here{.disk = part.disk, .reference = *reference};
    if (!found) {
      std::erase_if(inode.xattrs, [](const Xattr& xattr) { return is_overlay_xattr(xattr.name); });
      found = Found{.part = here, .inode = std::move(inode), .directory = {}};
    }
    if (!is_directory) break;
    found->directory.push_back(here);
    if (opaque) break;
  }
  return found;
}

std::optional<LowerView::Found> LowerView::find(const std::vector<std::string>& path) {
  std::optional<Found> found;
  Directory directory = root();
  for (const std::string& name : path) {
    found = find(directory, name);
    if (!found) return std::nullopt;
    directory = found->directory;
  }
  return found;
}

std::vector<std::string> LowerView::names(const Directory& directory) {
  std::set<std::string> candidates;
  for (const Part& part : directory)
    for (auto& [name, reference] : part.disk->list(part.reference)) candidates.insert(name);
  std::vector<std::string> names;
  for (const std::string& name : candidates)
    if (find(directory, name)) names.push_back(name);
  return names;
}

}  // namespace image
