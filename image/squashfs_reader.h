// Reads a squashfs disk image in place: names, metadata, contents. Used for the layers below while
// a layer is converted; the disks are our own, but every number in them is checked all the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "image/tar_entries.h"

namespace image {

struct SquashfsInode {
  EntryType type = EntryType::file;
  std::uint16_t mode = 0;  // 07777
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint32_t mtime = 0;
  std::uint32_t number = 0;
  std::uint32_t links = 1;
  std::uint64_t size = 0;   // of a file
  std::uint32_t major = 0;  // of a device
  std::uint32_t minor = 0;
  std::string target;  // of a symlink
  std::vector<Xattr> xattrs;

  bool is_whiteout() const {
    return type == EntryType::character_device && major == 0 && minor == 0;
  }
  bool is_opaque() const;
};

// Throws corrupt for a damaged disk.
class SquashfsReader {
 public:
  explicit SquashfsReader(int fd);  // borrowed
  ~SquashfsReader();
  SquashfsReader(SquashfsReader&&) noexcept;
  SquashfsReader& operator=(SquashfsReader&&) = delete;

  // Where an inode lies; what the other calls take.
  using Reference = std::uint64_t;
  Reference root() const;
  SquashfsInode inode(Reference reference);
  // The entry of that name in a directory; nullopt where there is none or it is no directory.
  std::optional<Reference> find(Reference directory, std::string_view name);
  // Names in byte order.
  std::vector<std::pair<std::string, Reference>> list(Reference directory);
  // Fills the buffer from `offset` on; how much there was.
  std::size_t read(Reference file, std::uint64_t offset, std::span<std::byte> buffer);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace image
