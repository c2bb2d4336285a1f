// What the store takes on the disk, and what of it could go. Bytes are those of the file system's
// blocks, as du(1) counts them: of blobs as they came and of the disks made of them, whereas an
// image's size_bytes is that of its files.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "image/image_store.h"

namespace image {

struct ImageSpace {
  Digest image;
  std::uint64_t bytes = 0;
  std::uint64_t shared_bytes = 0;  // of these, what another image needs too
};

struct StoreSpace {
  std::uint64_t bytes = 0;        // each file once, whether an image needs it or not
  std::uint64_t reclaimable = 0;  // of these, what no container needs
  std::vector<ImageSpace> images;
};

// `uses` are those of all containers.
StoreSpace measure(const ImageStore& store, std::span<const ImageUse> uses);

}  // namespace image
