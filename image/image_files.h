// Which files of the store an image is made of.
#pragma once

#include <string>
#include <vector>

#include "image/image.h"
#include "image/image_set.h"
#include "image/reference.h"
#include "image/store_layout.h"

namespace image {

// Its blobs: layers, where they are kept, configuration, manifest; a layer that is there twice is
// named twice.
std::vector<Descriptor> blobs_of(const Image& image);
// Whole paths of its blobs, disks and record, in no order.
std::vector<std::string> files_of(const StoreLayout& layout, const Image& image);

// The same of what a set has beside its images.
// Those of its images are not among them.
std::vector<std::string> files_of(const StoreLayout& layout, const ImageSet& set);
std::vector<Descriptor> blobs_of(const ImageSet& set);

// "alpine:3.20", or the id's beginning where it has no tag.
std::string shown_name(const Image& image, const NameDefaults& names);

}  // namespace image
