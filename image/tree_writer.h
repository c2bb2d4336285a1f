// Writes a layer's tree as inodes and directories.
#pragma once

#include <cstdint>

#include "image/layer_tree.h"
#include "image/squashfs_writer.h"

namespace image {

struct WrittenTree {
  InodePlace root;
  std::uint32_t inodes = 0;
  std::uint64_t clamped_mtimes = 0;  // squashfs has 32 bits of seconds, unsigned
};

// After `writer.end_contents()`. A file's Node::content is its ContentId. What AUFS kept for itself
// (".wh..wh.*") is left out; an opaque directory gets overlayfs's xattr.
WrittenTree write_tree(const LayerTree& tree, SquashfsWriter& writer);

}  // namespace image
