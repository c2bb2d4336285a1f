#include "image/tree_writer.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/error.h"
#include "image/overlay_names.h"

namespace image {

namespace {

bool is_shown(std::string_view name) { return !name.starts_with(aufs_prefix); }

class TreeWriter {
 public:
  TreeWriter(const LayerTree& tree, SquashfsWriter& writer)
      : tree_(tree), writer_(writer), inodes_(tree.size()) {}

  WrittenTree write() {
    number_inodes();
    // Breadth first in reverse: each directory after all that is below it.
    for (auto directory = directories_.rbegin(); directory != directories_.rend(); ++directory)
      write_directory(*directory);
    result_.root = of(NodeId::root).place;
    return result_;
  }

 private:
  struct Inode {
    std::uint32_t links = 0;
    std::uint32_t parent = 0;  // of a directory, its number
    InodePlace place;          // format 0: not written yet
  };

  Inode& of(NodeId id) { return inodes_.at(static_cast<std::size_t>(id)); }

  // Breadth first, so that a directory's children have neighbouring numbers: squashfs stores the
  // differences in 16 bits.
  void number_inodes() {
    number(NodeId::root);
    for (std::size_t i = 0; i < directories_.size(); ++i) {
      const std::uint32_t parent = of(directories_[i]).place.number;
      for (const auto& [name, child] : tree_.at(directories_[i]).details().children) {
        if (!is_shown(name)) continue;
        number(child.node);
        if (tree_.at(child.node).type != EntryType::directory) continue;
        of(child.node).parent = parent;
        ++of(directories_[i]).links;
      }
    }
    of(NodeId::root).parent = result_.inodes + 1;
  }

  void number(NodeId id) {
    Inode& inode = of(id);
    ++inode.links;
    if (inode.place.number != 0) return;
    inode.place.number = ++result_.inodes;
    if (tree_.at(id).type != EntryType::directory) return;
    ++inode.links;  // "."
    directories_.push_back(id);
  }

  void write_directory(NodeId id) {
    const Node& directory = tree_.at(id);
    for (const auto& [name, child] : directory.details().children)
      if (is_shown(name) && of(child.node).place.format == 0)
        of(child.node).place = write_other(child.node);
    writer_.begin_directory();
    for (const auto& [name, child] : directory.details().children)
      if (is_shown(name)) writer_.add_name(name, of(child.node).place);
    std::vector<Xattr> xattrs = directory.details().xattrs;
    if (directory.opaque && id != NodeId::root)
      xattrs.push_back({.name = std::string(opaque_xattr), .value = "y"});
    InodeHead head = head_of(id);
    head.xattrs = xattrs;
    Inode& inode = of(id);
    inode.place = writer_.end_directory(head, inode.parent);
  }

  InodePlace write_other(NodeId id) {
    const Node& node = tree_.at(id);
    const InodeHead head = head_of(id);
    switch (node.type) {
      case EntryType::file:
        return writer_.write_file(head, static_cast<ContentId>(node.content));
      case EntryType::symlink:
        return writer_.write_symlink(head, node.details().target);
      case EntryType::fifo:
        return writer_.write_fifo(head);
      default:
        return writer_.write_device(head, node.type, node.details().major, node.details().minor);
    }
  }

  InodeHead head_of(NodeId id) {
    const Node& node = tree_.at(id);
    constexpr std::int64_t latest = std::numeric_limits<std::uint32_t>::max();
    const std::int64_t mtime = std::clamp<std::int64_t>(node.mtime, 0, latest);
    if (mtime != node.mtime) ++result_.clamped_mtimes;
    const Inode& inode = of(id);
    return {.number = inode.place.number,
            .permissions = node.mode,
            .uid = node.uid,
            .gid = node.gid,
            .mtime = static_cast<std::uint32_t>(mtime),
            .links = inode.links,
            .xattrs = node.details().xattrs};
  }

  const LayerTree& tree_;
  SquashfsWriter& writer_;
  std::vector<Inode> inodes_;        // by NodeId
  std::vector<NodeId> directories_;  // breadth first
  WrittenTree result_;
};

}  // namespace

WrittenTree write_tree(const LayerTree& tree, SquashfsWriter& writer) {
  return TreeWriter(tree, writer).write();
}

}  // namespace image
