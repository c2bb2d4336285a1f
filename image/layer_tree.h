// What a layer makes of the file system: a tree of metadata in memory, built entry by entry, with
// whiteouts in the form that overlayfs wants. Knows neither tar nor squashfs.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "image/tar_entries.h"

namespace image {

// "/a//./b/" and "a/c/../b" are {"a", "b"}; the root is {}. Never looks at what the names stand
// for, so a symbolic link is not followed. Throws corrupt for a path that leaves the root, is
// longer than `max_path` bytes, has a name of more than 255 or a NUL byte.
std::vector<std::string> normalise_path(std::string_view path, std::size_t max_path = 4096);

enum class NodeId : std::uint32_t { root = 0 };

// A name in a directory.
struct Name {
  NodeId node = NodeId::root;
  bool hides_below = false;  // there was a whiteout of it: a directory that gets it is opaque
};

using Children = std::map<std::string, Name, std::less<>>;

// What few nodes have.
struct NodeDetails {
  std::string target;  // of a symlink
  std::uint32_t major = 0;
  std::uint32_t minor = 0;
  std::vector<Xattr> xattrs;  // at most one of a name
  Children children;          // of a directory
};

// A file, directory …; several names may lead to one node unless it is a directory. Small, for
// there may be millions.
struct Node {
  EntryType type = EntryType::directory;  // never hard_link
  bool implied = false;   // a directory without an entry of its own (yet): its metadata is a guess
  bool opaque = false;    // a directory that hides the layers below
  bool whiteout = false;  // hides its name in the layers below; a character device 0:0
  std::uint16_t mode = 0755;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint32_t content = 0xffffffff;  // whatever the builder keeps for a file
  std::int64_t mtime = 0;
  std::unique_ptr<NodeDetails> more;

  const NodeDetails& details() const;  // all empty where there are none
  NodeDetails& details_to_change();
  // Mode, owner, time and xattrs of another.
  void take_metadata(Node& from);
};

class LayerTree {
 public:
  LayerTree();

  Node& at(NodeId id) { return nodes_[static_cast<std::uint32_t>(id)]; }
  const Node& at(NodeId id) const { return nodes_[static_cast<std::uint32_t>(id)]; }
  std::size_t size() const { return nodes_.size(); }  // nodes ever made

  // A node that has no name yet.
  NodeId add(Node node);
  // Gives a node a name, in place of what had it; missing parents become implied directories and
  // whatever else stands in a parent's place gives way. A directory onto a directory: only the
  // metadata are replaced, and the directory's own node is the answer.
  NodeId place(const std::vector<std::string>& path, NodeId node);
  // .wh.NAME: a whiteout unless this layer has something of that name, earlier or later; a
  // directory of that name is opaque then.
  void white_out(const std::vector<std::string>& path);
  // .wh..wh..opq
  void make_opaque(const std::vector<std::string>& directory);
  // Whether there may be a whiteout or, beside the root, an implied directory.
  bool needs_what_is_below() const { return needs_what_is_below_; }
  std::optional<NodeId> find(const std::vector<std::string>& path) const;

 private:
  NodeId directory_at(const std::vector<std::string>& path, std::size_t depth);
  NodeId adopt(NodeId into, NodeId from);
  void set(Name& name, NodeId node);

  std::deque<Node> nodes_;
  bool needs_what_is_below_ = false;
};

}  // namespace image
