// Converts tars in memory and tells what is on the disks.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/fd.h"
#include "image/byte_source.h"
#include "image/layer_disk.h"
#include "image/squashfs_reader.h"
#include "tests/support/tar_builder.h"

namespace image {

using testing_support::TarBuilder;
using testing_support::TarFlavour;
using testing_support::TarHeader;

// Gives its bytes in pieces of a size, as a network does.
class PiecemealSource : public ByteSource {
 public:
  PiecemealSource(std::string_view bytes, std::size_t piece) : rest_(bytes), piece_(piece) {}
  std::size_t read(std::span<std::byte> buffer) override {
    const std::size_t count = std::min({buffer.size(), rest_.size(), piece_});
    std::memcpy(buffer.data(), rest_.data(), count);
    rest_.remove_prefix(count);
    return count;
  }

 private:
  std::string_view rest_;
  std::size_t piece_;
};

struct Disk {
  base::UniqueFd fd;
  LayerDiskResult result;

  std::string bytes() const {
    std::string all(result.disk_bytes, '\0');
    EXPECT_EQ(pread(fd.get(), all.data(), all.size(), 0), static_cast<ssize_t>(all.size()));
    return all;
  }
};

inline Disk convert(std::string_view tar, const std::vector<const Disk*>& below = {},
                    const LayerDiskOptions& options = {}) {
  Disk disk{.fd = base::memory_file("disk")};
  LowerLayers lower;
  for (const Disk* layer : below) lower.disks.push_back(layer->fd.get());
  MemorySource source(base::as_bytes(tar));
  disk.result = write_layer_disk(source, disk.fd.get(), lower, options);
  return disk;
}

// Walks a disk by paths.
class DiskView {
 public:
  explicit DiskView(const Disk& disk) : reader_(disk.fd.get()) {}
  explicit DiskView(Disk&& disk) : own_(std::move(disk.fd)), reader_(own_.get()) {}

  std::optional<SquashfsReader::Reference> find(std::string_view path) {
    SquashfsReader::Reference current = reader_.root();
    while (!path.empty()) {
      const std::size_t slash = std::min(path.find('/'), path.size());
      const auto next = reader_.find(current, path.substr(0, slash));
      if (!next) return std::nullopt;
      current = *next;
      path.remove_prefix(std::min(slash + 1, path.size()));
    }
    return current;
  }
  SquashfsInode inode(std::string_view path) {
    const auto found = find(path);
    if (!found) throw base::Error("no " + std::string(path) + " on the disk");
    return reader_.inode(*found);
  }
  std::string read(std::string_view path) {
    const auto found = find(path);
    if (!found) throw base::Error("no " + std::string(path) + " on the disk");
    std::string content(reader_.inode(*found).size, '\0');
    for (std::size_t done = 0; done < content.size();) {
      const std::size_t count =
          reader_.read(*found, done, std::as_writable_bytes(std::span(content).subspan(done)));
      if (count == 0) throw base::Error("the file ends too early");
      done += count;
    }
    return content;
  }
  std::string xattr(std::string_view path, std::string_view name) {
    for (const Xattr& xattr : inode(path).xattrs)
      if (xattr.name == name) return xattr.value;
    return "(none)";
  }

  // Every path with "TYPE MODE UID:GID @MTIME LINKS DETAIL", in the order of the directories.
  std::map<std::string, std::string> list() {
    std::map<std::string, std::string> lines;
    list_into(lines, reader_.root(), "");
    return lines;
  }
  std::vector<std::string> paths() {
    std::vector<std::string> paths;
    for (const auto& [path, line] : list()) paths.push_back(path);
    return paths;
  }

 private:
  static std::string describe(const SquashfsInode& inode) {
    const char types[] = "fdlhcbp";
    std::string detail;
    if (inode.type == EntryType::file) detail = std::to_string(inode.size);
    if (inode.type == EntryType::symlink) detail = "-> " + inode.target;
    if (inode.type == EntryType::character_device || inode.type == EntryType::block_device)
      detail = fmt::format("{},{}", inode.major, inode.minor);
    if (inode.is_opaque()) detail = "opaque";
    return fmt::format("{} {:04o} {}:{} @{} {} {}", types[static_cast<int>(inode.type)], inode.mode,
                       inode.uid, inode.gid, inode.mtime, inode.links, detail);
  }
  void list_into(std::map<std::string, std::string>& lines, SquashfsReader::Reference directory,
                 const std::string& prefix) {
    for (const auto& [name, reference] : reader_.list(directory)) {
      const SquashfsInode inode = reader_.inode(reference);
      lines[prefix + name] = describe(inode);
      if (inode.type == EntryType::directory) list_into(lines, reference, prefix + name + "/");
    }
  }

  base::UniqueFd own_;
  SquashfsReader reader_;
};

// The kind of failure and its message; nullopt where it succeeds.
template <typename Work>
std::optional<base::Error> failure_of(Work&& work) {
  try {
    work();
  } catch (const base::Error& error) {
    return error;
  }
  return std::nullopt;
}

}  // namespace image
