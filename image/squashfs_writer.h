// Writes one squashfs 4.0 file system: first the contents of files, as they come, then the inodes
// and directories that point to them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "image/layer_disk.h"
#include "image/tar_entries.h"

namespace image {

struct SquashfsOptions {
  DiskCompression compression = DiskCompression::lz4;
  std::uint32_t block_size = 128 * 1024;
  unsigned threads = 1;  // that compress; none beside the caller's own for 1
  std::uint64_t max_bytes = std::uint64_t{1} << 40;
};

enum class ContentId : std::uint32_t { empty = 0xffffffff };

// What every inode has. Numbers are the caller's: 1, 2, 3 … each once, hard links share one.
struct InodeHead {
  std::uint32_t number = 0;
  std::uint16_t permissions = 0;  // 07777
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint32_t mtime = 0;  // seconds since 1970
  std::uint32_t links = 1;
  std::span<const Xattr> xattrs;  // names in user., trusted. or security., each once
};

// A written inode, for the directories that name it.
struct InodePlace {
  std::uint64_t reference = 0;
  std::uint32_t number = 0;
  std::uint16_t format = 0;  // S_IFMT bits
};

// Calls in this order: contents, end_contents(), inodes and directories (children before their
// parents), finish(). Throws as write_layer_disk() does. The same calls write the same bytes.
class SquashfsWriter {
 public:
  // Borrows `fd`: a regular file, empty, readable and writable.
  SquashfsWriter(int fd, const SquashfsOptions& options);
  ~SquashfsWriter();
  SquashfsWriter(const SquashfsWriter&) = delete;
  SquashfsWriter& operator=(const SquashfsWriter&) = delete;

  void begin_content();
  void append(std::span<const std::byte> bytes);
  // Costs no more than a few bytes per block.
  void append_hole(std::uint64_t length);
  ContentId end_content();
  // Waits until all is compressed and written.
  void end_contents();

  // Each content for one inode.
  InodePlace write_file(const InodeHead& head, ContentId content);
  InodePlace write_symlink(const InodeHead& head, std::string_view target);
  InodePlace write_device(const InodeHead& head, EntryType type, std::uint32_t major,
                          std::uint32_t minor);
  InodePlace write_fifo(const InodeHead& head);

  // A directory: its names in byte order between begin and end. `parent` is the parent's inode
  // number, for the root the number of inodes + 1.
  void begin_directory();
  void add_name(std::string_view name, const InodePlace& place);
  InodePlace end_directory(const InodeHead& head, std::uint32_t parent);

  // Writes the tables and the super block and pads to 4 KiB; the file's size.
  std::uint64_t finish(const InodePlace& root, std::uint32_t inodes);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace image
