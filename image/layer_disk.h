// The converter: one layer's tar stream (OCI image-spec layer.md) becomes one read-only squashfs
// disk image for the guest. Nothing is unpacked on the host and the tar is read once.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "image/byte_source.h"

namespace image {

// Part of a disk's file name. Whoever changes what a tar becomes raises it, and old disks are made
// anew.
inline constexpr int layer_disk_version = 1;
// "HEX.v1.squashfs"; `hex` is the diffID's or the chainID's.
std::string layer_disk_name(std::string_view hex);

// The disks of the layers below, topmost first, as readable descriptors (borrowed).
struct LowerLayers {
  std::vector<int> disks;
};

enum class DiskCompression { lz4, zstd, none };

struct LayerDiskOptions {
  DiskCompression compression = DiskCompression::lz4;
  std::uint32_t block_size = 128 * 1024;  // power of two, 4 KiB … 1 MiB
  unsigned threads = 0;                   // that compress; 0: as many as there are processors
  // Limits; what exceeds one is corrupt.
  std::uint64_t max_entries =
      2'000'000;  // and files and directories that they make (300 bytes of memory each)
  std::size_t max_path = 4096;                                  // PATH_MAX of the guest
  std::uint64_t max_metadata_bytes = std::uint64_t{256} << 20;  // names, link targets, xattrs
  std::uint64_t max_file_bytes = std::uint64_t{1} << 40;        // of one file, holes included
  std::uint64_t max_total_bytes = std::uint64_t{16} << 40;      // of all of them
  std::uint64_t max_disk_bytes = std::uint64_t{1} << 40;        // what is written
};

struct LayerDiskResult {
  // False: the disk depends on the tar alone and is keyed by the layer's diffID. True: something
  // was looked for in the layers below (found or not), so it is keyed by the chainID: a directory
  // without an entry, a hard link's target, or whether there is anything for a whiteout to hide.
  bool uses_lower = false;
  std::uint64_t entries = 0;        // of the tar
  std::uint64_t file_bytes = 0;     // contents of regular files, holes not counted
  std::uint64_t content_bytes = 0;  // the tar's files' sizes, holes counted
  std::uint64_t disk_bytes = 0;     // of the disk image, padding to 4 KiB included
  // What squashfs cannot say and was left out; for a warning.
  std::uint64_t dropped_xattrs = 0;  // outside user., trusted., security.
  std::uint64_t clamped_mtimes = 0;  // before 1970 or after 2106
  std::string first_dropped_xattr;   // "PATH: NAME"
};

// Reads `tar` to its end and writes the disk at offset 0 of `output_fd` (a regular file, empty,
// readable and writable), padded to 4 KiB. The same tar, layers below and options give the same
// bytes, whatever the number of threads. Does not flush to disk.
//
// What becomes of the tar, where the two differ (more: docs/decisions/0002-disk-format.md):
//   .wh.NAME          character device 0:0 called NAME (overlayfs's whiteout), unless there is no
//                     such directory below: overlayfs would list the whiteout
//   .wh..wh..opq      trusted.overlay.opaque="y" on its directory
//   a missing parent  the metadata that the topmost layer below has for it, else 0755 root:root
//   the root          as its "./" has it; without one 0755 root:root and time 0, by which who makes
//                     the overlay knows that it must look further down
//   a hard link to a file of a lower layer: the file is copied, both names link to it
//   an entry twice    the last wins
//
// Throws base::Error: corrupt (not a tar, ends too early, breaks a limit, a link to nothing),
// unavailable (no space left), unsupported (more than squashfs can hold: 65535 owners, names of 256
// bytes, …). The output is then of no use.
LayerDiskResult write_layer_disk(ByteSource& tar, int output_fd, const LowerLayers& below,
                                 const LayerDiskOptions& options = {});

}  // namespace image
