// Tells an archive of images from the tar of a root file system.
#pragma once

#include "image/byte_source.h"

namespace image {

// By the names in a tar, which may be compressed: index.json, manifest.json, oci-layout or
// blobs/sha256 at its top make it an archive of images, a directory that every root file system has
// makes it none; whichever comes first. Reads no further than that. Throws corrupt for what is no
// tar.
bool holds_images(ByteSource& tar);

}  // namespace image
