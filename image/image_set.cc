#include "image/image_set.h"

#include "image/platform.h"

namespace image {

const Image& image_for_host(const ImageSet& set) {
  std::vector<Platform> offered;
  for (const Image& image : set.images) offered.push_back(image.config.platform());
  return set.images[choose_platform(offered, Platform::host()).value_or(0)];
}

}  // namespace image
