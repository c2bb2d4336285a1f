#include "image/layer_disk.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <thread>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "image/layer_tree.h"
#include "image/lower_view.h"
#include "image/overlay_names.h"
#include "image/squashfs_writer.h"
#include "image/tar_entries.h"
#include "image/tree_writer.h"

namespace image {

namespace {

constexpr std::size_t copy_size = 1 << 20;
constexpr std::size_t max_xattr_name = 255;       // XATTR_NAME_MAX
constexpr std::size_t max_xattr_value = 1 << 16;  // XATTR_SIZE_MAX
constexpr std::size_t max_symlink = 4095;         // PATH_MAX without the NUL
constexpr unsigned max_threads = 16;
// Linux' dev_t.
constexpr std::uint32_t max_major = (1u << 12) - 1;
constexpr std::uint32_t max_minor = (1u << 20) - 1;

using Path = std::vector<std::string>;

[[noreturn]] void refuse(const TarEntry& entry, std::string_view why) {
  throw base::Error(base::ErrorKind::corrupt,
                    fmt::format("{} {}", base::printable(entry.path), why));
}

// squashfs has three namespaces, and Linux lets nobody read names or values beyond its limits.
bool can_be_kept(const Xattr& xattr) {
  if (is_overlay_xattr(xattr.name)) return false;
  if (xattr.name.size() > max_xattr_name || xattr.value.size() > max_xattr_value) return false;
  constexpr std::array<std::string_view, 3> namespaces{"user.", "trusted.", "security."};
  return std::any_of(namespaces.begin(), namespaces.end(), [&](std::string_view prefix) {
    return xattr.name.starts_with(prefix) && xattr.name.size() > prefix.size();
  });
}

unsigned thread_count(unsigned wanted) {
  if (wanted == 0) wanted = std::max(1u, std::thread::hardware_concurrency());
  return std::min(wanted, max_threads);
}

SquashfsOptions squashfs_options(const LayerDiskOptions& options) {
  return {.compression = options.compression,
          .block_size = options.block_size,
          .threads = thread_count(options.threads),
          .max_bytes = options.max_disk_bytes};
}

Node node_below(const SquashfsInode& inode) {
  Node node{.type = inode.type,
            .mode = inode.mode,
            .uid = inode.uid,
            .gid = inode.gid,
            .mtime = inode.mtime};
  node.more = std::make_unique<NodeDetails>(NodeDetails{
      .target = inode.target, .major = inode.major, .minor = inode.minor, .xattrs = inode.xattrs});
  return node;
}

class Conversion {
 public:
  Conversion(ByteSource& tar, int output, const LowerLayers& below, const LayerDiskOptions& options)
      : options_(options), tar_(tar), below_(below), writer_(output, squashfs_options(options)) {}

  LayerDiskResult run();

 private:
  void take(const TarEntry& entry);
  void take_whiteout(const TarEntry& entry, const Path& path);
  void take_hard_link(const TarEntry& entry, const Path& path);
  void check(const TarEntry& entry);
  Node node_of(const TarEntry& entry);
  std::vector<Xattr> kept_xattrs(const TarEntry& entry);
  ContentId write_content(const TarEntry& entry);
  Node copy_from_below(const LowerView::Found& found);
  ContentId copy_content(const LowerView::Found& found);
  // A directory on the way down.
  struct Step {
    NodeId node = NodeId::root;
    bool hidden = false;         // nothing below can be seen here
    LowerView::Directory below;  // what else is merged here
  };
  void settle_directories();
  void drop_idle_whiteouts(const Step& step);
  Step step_into(const Step& step, const std::string& name, const Name& child);
  void hide_what_is_below_the_root();

  const LayerDiskOptions& options_;
  TarEntries tar_;
  LowerView below_;
  SquashfsWriter writer_;
  LayerTree tree_;
  LayerDiskResult result_;
  std::uint64_t metadata_bytes_ = 0;
};

LayerDiskResult Conversion::run() {
  while (const auto entry = tar_.next()) take(*entry);
  writer_.end_contents();
  settle_directories();
  hide_what_is_below_the_root();
  const WrittenTree written = write_tree(tree_, writer_);
  result_.clamped_mtimes = written.clamped_mtimes;
  result_.disk_bytes = writer_.finish(written.root, written.inodes);
  return std::move(result_);
}

void Conversion::take(const TarEntry& entry) {
  check(entry);
  const Path path = normalise_path(entry.path, options_.max_path);
  if (!path.empty() && path.back().starts_with(whiteout_prefix) &&
      (path.back() == opaque_whiteout || !path.back().starts_with(aufs_prefix)))
    return take_whiteout(entry, path);
  if (entry.type == EntryType::hard_link) return take_hard_link(entry, path);
  tree_.place(path, tree_.add(node_of(entry)));
}

void Conversion::check(const TarEntry& entry) {
  metadata_bytes_ += entry.path.size() + entry.link_target.size();
  for (const Xattr& xattr : entry.xattrs) metadata_bytes_ += xattr.name.size() + xattr.value.size();
  result_.content_bytes += std::min(entry.size, options_.max_file_bytes);
  if (++result_.entries > options_.max_entries || tree_.size() > options_.max_entries)
    refuse(entry, fmt::format("is one entry more than {}", options_.max_entries));
  if (metadata_bytes_ > options_.max_metadata_bytes)
    refuse(entry, "is too much: names and attributes take all the space that they may");
  if (entry.size > options_.max_file_bytes)
    refuse(entry, fmt::format("has more than {} bytes", options_.max_file_bytes));
  if (result_.content_bytes > options_.max_total_bytes)
    refuse(entry, fmt::format("brings the layer beyond {} bytes", options_.max_total_bytes));
}

void Conversion::take_whiteout(const TarEntry& entry, const Path& path) {
  Path hidden(path.begin(), path.end() - 1);
  if (path.back() == opaque_whiteout) return tree_.make_opaque(hidden);
  const std::string name = path.back().substr(whiteout_prefix.size());
  if (name.empty() || name == "." || name == "..") refuse(entry, "is a whiteout of no name");
  hidden.push_back(name);
  tree_.white_out(hidden);
}

void Conversion::take_hard_link(const TarEntry& entry, const Path& path) {
  const Path target = normalise_path(entry.link_target, options_.max_path);
  std::optional<NodeId> node = tree_.find(target);
  if (!node || tree_.at(*node).whiteout) {
    result_.uses_lower = true;
    const auto found = below_.find(target);
    if (!found)
      refuse(entry, fmt::format("is a hard link to {}, which is nowhere",
                                base::printable(entry.link_target)));
    if (found->inode.type == EntryType::directory) refuse(entry, "is a hard link to a directory");
    const bool hidden = node.has_value();
    node = tree_.add(copy_from_below(*found));
    if (!hidden) tree_.place(target, *node);
  }
  if (tree_.at(*node).type == EntryType::directory) refuse(entry, "is a hard link to a directory");
  tree_.place(path, *node);
}

Node Conversion::node_of(const TarEntry& entry) {
  Node node{.type = entry.type,
            .mode = entry.mode,
            .uid = entry.uid,
            .gid = entry.gid,
            .mtime = entry.mtime};
  if (auto xattrs = kept_xattrs(entry); !xattrs.empty())
    node.details_to_change().xattrs = std::move(xattrs);
  if (entry.type == EntryType::symlink) {
    if (entry.link_target.empty() || entry.link_target.size() > max_symlink)
      refuse(entry, "is a symbolic link of impossible length");
    node.mode = 0777;
    node.details_to_change().target = entry.link_target;
  }
  if (entry.type == EntryType::character_device || entry.type == EntryType::block_device) {
    if (entry.major > max_major || entry.minor > max_minor)
      refuse(entry, "is a device of impossible number");
    node.details_to_change().major = entry.major;
    node.details_to_change().minor = entry.minor;
  }
  if (entry.type == EntryType::file)
    node.content = static_cast<std::uint32_t>(write_content(entry));
  return node;
}

std::vector<Xattr> Conversion::kept_xattrs(const TarEntry& entry) {
  std::vector<Xattr> kept;
  for (const Xattr& xattr : entry.xattrs) {
    std::erase_if(kept, [&](const Xattr& before) { return before.name == xattr.name; });
    if (can_be_kept(xattr)) {
      kept.push_back(xattr);
    } else if (result_.dropped_xattrs++ == 0) {
      result_.first_dropped_xattr =
          fmt::format("{}: {}", base::printable(entry.path), base::printable(xattr.name));
    }
  }
  std::sort(kept.begin(), kept.end(),
            [](const Xattr& a, const Xattr& b) { return a.name < b.name; });
  return kept;
}

ContentId Conversion::write_content(const TarEntry& entry) {
  if (entry.size == 0) return ContentId::empty;
  std::uint64_t position = 0;
  writer_.begin_content();
  while (const auto data = tar_.next_data()) {
    if (data->offset > position) writer_.append_hole(data->offset - position);
    writer_.append(data->bytes);
    position = data->offset + data->bytes.size();
    result_.file_bytes += data->bytes.size();
  }
  if (entry.size > position) writer_.append_hole(entry.size - position);
  return writer_.end_content();
}

Node Conversion::copy_from_below(const LowerView::Found& found) {
  Node node = node_below(found.inode);
  if (node.type == EntryType::file && found.inode.size > 0)
    node.content = static_cast<std::uint32_t>(copy_content(found));
  return node;
}

ContentId Conversion::copy_content(const LowerView::Found& found) {
  std::vector<std::byte> buffer(copy_size);
  writer_.begin_content();
  for (std::uint64_t offset = 0; offset < found.inode.size;) {
    const std::size_t count = found.part.disk->read(found.part.reference, offset, buffer);
    if (count == 0) throw base::Error(base::ErrorKind::corrupt, "a layer's disk ends too early");
    writer_.append(std::span(buffer).first(count));
    offset += count;
    result_.file_bytes += count;
  }
  return writer_.end_content();
}

// What depends on the layers below. The root is left alone: what a container sees there is
// overlayfs's upper directory.
void Conversion::settle_directories() {
  if (!tree_.needs_what_is_below()) return;
  std::vector<Step> steps{{NodeId::root, tree_.at(NodeId::root).opaque, below_.root()}};
  while (!steps.empty()) {
    Step step = std::move(steps.back());
    steps.pop_back();
    drop_idle_whiteouts(step);
    for (const auto& [name, child] : tree_.at(step.node).details().children)
      if (tree_.at(child.node).type == EntryType::directory)
        steps.push_back(step_into(step, name, child));
  }
}

// Where nothing is below, overlayfs does not merge, and whiteouts show in the listing.
void Conversion::drop_idle_whiteouts(const Step& step) {
  const auto is_whiteout = [&](const auto& child) { return tree_.at(child.second.node).whiteout; };
  const Children& children = tree_.at(step.node).details().children;
  if (std::none_of(children.begin(), children.end(), is_whiteout)) return;
  if (!step.hidden) result_.uses_lower = true;
  if (step.hidden || step.below.empty())
    std::erase_if(tree_.at(step.node).details_to_change().children, is_whiteout);
}

// A directory without an entry of its own looks as the layers below have it, unless this layer
// hides them.
Conversion::Step Conversion::step_into(const Step& step, const std::string& name,
                                       const Name& child) {
  Node& node = tree_.at(child.node);
  const bool hidden = step.hidden || child.hides_below;
  auto found = hidden ? std::nullopt : below_.find(step.below, name);
  if (node.implied && !hidden) result_.uses_lower = true;
  if (node.implied && found && found->inode.type == EntryType::directory) {
    Node below = node_below(found->inode);
    node.take_metadata(below);
  }
  return {child.node, hidden || node.opaque,
          found ? std::move(found->directory) : LowerView::Directory{}};
}

// Overlayfs does not look whether a layer's root is opaque.
void Conversion::hide_what_is_below_the_root() {
  if (!tree_.at(NodeId::root).opaque) return;
  result_.uses_lower = true;
  for (const std::string& name : below_.names(below_.root())) tree_.white_out({name});
}

}  // namespace

std::string layer_disk_name(std::string_view hex) {
  return fmt::format("{}.v{}.squashfs", hex, layer_disk_version);
}

LayerDiskResult write_layer_disk(ByteSource& tar, int output_fd, const LowerLayers& below,
                                 const LayerDiskOptions& options) {
  return Conversion(tar, output_fd, below, options).run();
}

}  // namespace image
