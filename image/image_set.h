// An index with all that it names: the images of several platforms, kept together, so that it can
// be pushed as it came (OCI image-spec, image-index.md).
#pragma once

#include <vector>

#include "image/image.h"

namespace image {

struct ImageSet {
  Descriptor index;
  std::vector<Image> images;  // in the index's order; without names
  // Manifests that are no images of ours (other systems', attestations), and the blobs that those
  // name: kept as they are.
  std::vector<Descriptor> companions;
  std::vector<Descriptor> blobs;
  bool operator==(const ImageSet&) const = default;
};

// The one for this host, else the first. Never null: a set has an image.
const Image& image_for_host(const ImageSet& set);

}  // namespace image
