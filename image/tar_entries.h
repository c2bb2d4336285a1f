// The entries of a tar stream (POSIX ustar and pax, GNU, v7) as values, names as the bytes they
// are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "image/byte_source.h"

namespace image {

enum class EntryType : std::uint8_t {
  file,
  directory,
  symlink,
  hard_link,
  character_device,
  block_device,
  fifo,
};

struct Xattr {
  std::string name;   // "security.capability"
  std::string value;  // any bytes
  bool operator==(const Xattr&) const = default;
};

struct TarEntry {
  std::string path;  // as the tar has it: may be absolute, hold "..", end in "/"
  EntryType type = EntryType::file;
  std::uint16_t mode = 0;  // 07777
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::int64_t mtime = 0;   // whole seconds, rounded down
  std::uint64_t size = 0;   // of a file, holes included; 0 for anything else
  std::uint32_t major = 0;  // of a device
  std::uint32_t minor = 0;
  std::string link_target;  // of a symlink or hard link
  std::vector<Xattr> xattrs;
};

// A piece of a file's content. What lies between pieces, and from the last to the file's size, is a
// hole.
struct TarData {
  std::uint64_t offset = 0;
  std::span<const std::byte> bytes;  // valid until the next call
};

// Pulls entry by entry, as Go's archive/tar reads them, which most layers were written by and are
// read by; but names stay the bytes that they are. A reader of our own because libarchive 3.6.2 may
// lose link targets that are not ASCII at all (docs/decisions/0002-disk-format.md).
//
// Throws corrupt for what is no tar, is damaged, contradicts itself or ends within an entry (the
// end-of-archive mark may be missing); an empty stream is an empty archive. Attributes are those of
// SCHILY.xattr.* records; other vendors' and ACLs are not read, global pax headers are skipped.
class TarEntries {
 public:
  explicit TarEntries(ByteSource& source);  // borrowed
  ~TarEntries();
  TarEntries(const TarEntries&) = delete;
  TarEntries& operator=(const TarEntries&) = delete;

  // The next entry, skipping what is unread of the one before; nullopt at the end, when the source
  // has been read to its own end.
  std::optional<TarEntry> next();
  // The next piece of the current entry's content, in order of offset, never beyond its size;
  // nullopt at its end.
  std::optional<TarData> next_data();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace image
