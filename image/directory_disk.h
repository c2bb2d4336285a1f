// A directory of the host as one read-only disk of the kind that layers become (layer_disk.h): GNU
// tar reads it with our privileges, vxn-image-worker makes the disk without any.
#pragma once

#include <cstdint>
#include <string>

namespace image {

struct DirectoryDiskOptions {
  std::string worker_user;  // see PullOptions
  std::string worker;
};

// Writes the disk at offset 0 of `output` (a regular file, empty, readable and writable) and
// returns its size in bytes. What other file systems have mounted below `directory` is left out,
// sockets are, and what squashfs cannot say. Throws what write_layer_disk() does, not_found without
// tar or directory, interrupted.
std::uint64_t write_directory_disk(const std::string& directory, int output,
                                   const DirectoryDiskOptions& options = {});

}  // namespace image
