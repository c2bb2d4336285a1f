// What the layers below show when they are stacked as overlayfs stacks them: for the few things
// that a layer takes from below while it is converted.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "image/layer_disk.h"
#include "image/squashfs_reader.h"

namespace image {

class LowerView {
 public:
  // Opens no disk before it is asked something.
  explicit LowerView(const LowerLayers& layers);

  // A directory as the stack shows it: its parts in the layers, topmost first. Empty: no directory.
  struct Part {
    SquashfsReader* disk = nullptr;
    SquashfsReader::Reference reference = 0;
  };
  using Directory = std::vector<Part>;
  struct Found {
    Part part;            // the topmost, which gives the metadata
    SquashfsInode inode;  // without overlayfs's own xattrs
    Directory directory;  // where it is one
  };

  Directory root();
  // nullopt where there is nothing of that name or a whiteout hides it.
  std::optional<Found> find(const Directory& directory, std::string_view name);
  std::optional<Found> find(const std::vector<std::string>& path);
  // All names to be seen in it, in byte order.
  std::vector<std::string> names(const Directory& directory);

 private:
  LowerLayers layers_;
  std::deque<SquashfsReader> disks_;
};

}  // namespace image
