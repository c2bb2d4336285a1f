// A compressor of libsquashfs that stores what does not shrink.
#pragma once

#include <sqfs/compressor.h>

#include "image/sqfs_object.h"

namespace image {

// Around `inner` because lz4's in libsquashfs 1.2.0 returns blocks that grew (4 zero bytes become
// 5), which Linux reads and unsquashfs takes for damage. Copies itself for libsquashfs's threads.
SqfsPtr<sqfs_compressor_t> never_growing(SqfsPtr<sqfs_compressor_t> inner);

}  // namespace image
