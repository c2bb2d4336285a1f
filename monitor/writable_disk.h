// The disk that a container writes on: a sparse file with an empty ext4. mke2fs(8) makes one of
// each size; the others are copies of it with a UUID of their own, which takes milliseconds.
#pragma once

#include <cstdint>
#include <string>

#include "base/random.h"

namespace monitor {

struct WritableDisk {
  std::string path;        // of the file; there whole or not at all
  std::uint64_t size = 0;  // bytes
  base::Uuid uuid;         // of the file system, by which the guest finds it
  std::string templates;   // directory of those that are copied; made where it is absent
  // Removed with the container: no journal, and what is written is not flushed.
  bool once = false;
};

// Does nothing where the file is there. Throws base::Error.
void make_writable_disk(const WritableDisk& disk);

}  // namespace monitor
