#include "image/layer_tree.h"

#include <fmt/core.h>

#include <cassert>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace image {

namespace {

constexpr std::size_t max_name = 255;  // NAME_MAX

[[noreturn]] void refuse(std::string_view path, std::string_view why) {
  throw base::Error(base::ErrorKind::corrupt,
                    fmt::format("the path {} {}", base::printable(path), why));
}

}  // namespace

std::vector<std::string> normalise_path(std::string_view path, std::size_t max_path) {
  if (path.size() > max_path) refuse(path, fmt::format("is longer than {} bytes", max_path));
  if (path.find('\0') != std::string_view::npos) refuse(path, "has a NUL byte in it");
  std::vector<std::string> names;
  for (std::string& name : base::split(path, '/')) {
    if (name.empty() || name == ".") continue;
    if (name == "..") {
      if (names.empty()) refuse(path, "leads out of the root");
      names.pop_back();
      continue;
    }
    if (name.size() > max_name) refuse(path, "has a name of more than 255 bytes");
    names.push_back(std::move(name));
  }
  return names;
}

const NodeDetails& Node::details() const {
  static const NodeDetails none;
  return more ? *more : none;
}

NodeDetails& Node::details_to_change() {
  if (!more) more = std::make_unique<NodeDetails>();
  return *more;
}

void Node::take_metadata(Node& from) {
  mode = from.mode;
  uid = from.uid;
  gid = from.gid;
  mtime = from.mtime;
  if (more) more->xattrs.clear();
  if (from.more) details_to_change().xattrs = std::move(from.more->xattrs);
}

LayerTree::LayerTree() { nodes_.emplace_back().implied = true; }

NodeId LayerTree::add(Node node) {
  nodes_.push_back(std::move(node));
  return static_cast<NodeId>(nodes_.size() - 1);
}

// Lets `name` lead to another node and keeps what it hides hidden.
void LayerTree::set(Name& name, NodeId node) {
  if (name.node != NodeId::root && at(name.node).opaque) name.hides_below = true;
  name.node = node;
  if (name.hides_below && at(node).type == EntryType::directory) at(node).opaque = true;
}

// The directory that the first `depth` names of `path` lead to, made where it is not there.
NodeId LayerTree::directory_at(const std::vector<std::string>& path, std::size_t depth) {
  NodeId current = NodeId::root;
  for (std::size_t i = 0; i < depth; ++i) {
    Name& name = at(current).details_to_change().children[path[i]];
    if (name.node == NodeId::root || at(name.node).type != EntryType::directory) {
      set(name, add({.implied = true}));
      needs_what_is_below_ = true;
    }
    current = name.node;
  }
  return current;
}

NodeId LayerTree::place(const std::vector<std::string>& path, NodeId node) {
  if (path.empty()) {
    if (at(node).type != EntryType::directory) refuse("/", "is not a directory in this layer");
    return adopt(NodeId::root, node);
  }
  Name& name = at(directory_at(path, path.size() - 1)).details_to_change().children[path.back()];
  const bool both_directories = name.node != NodeId::root &&
                                at(name.node).type == EntryType::directory &&
                                at(node).type == EntryType::directory;
  if (both_directories) return adopt(name.node, node);
  set(name, node);
  return node;
}

NodeId LayerTree::adopt(NodeId into, NodeId from) {
  at(into).take_metadata(at(from));
  at(into).implied = at(from).implied;
  return into;
}

void LayerTree::white_out(const std::vector<std::string>& path) {
  assert(!path.empty());
  Name& name = at(directory_at(path, path.size() - 1)).details_to_change().children[path.back()];
  name.hides_below = true;
  needs_what_is_below_ = true;
  if (name.node == NodeId::root)
    name.node = add({.type = EntryType::character_device, .whiteout = true, .mode = 0});
  else
    set(name, name.node);
}

void LayerTree::make_opaque(const std::vector<std::string>& directory) {
  at(directory_at(directory, directory.size())).opaque = true;
}

std::optional<NodeId> LayerTree::find(const std::vector<std::string>& path) const {
  NodeId current = NodeId::root;
  for (const std::string& name : path) {
    const Children& children = at(current).details().children;
    const auto child = children.find(name);
    if (child == children.end()) return std::nullopt;
    current = child->second.node;
  }
  return current;
}

}  // namespace image
