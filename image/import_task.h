// An import, as the worker does it: from the bytes of a root file system's tar to an image of one
// layer in the staging directory.
#pragma once

#include "base/progress.h"
#include "image/byte_source.h"
#include "image/layer_disk.h"
#include "image/worker_files.h"
#include "image/worker_protocol.h"
#include "image/worker_request.h"

namespace image {

// One pass. A tar that comes as it is or compressed by gzip or zstd is the layer's blob, byte for
// byte; of one that is compressed by xz or bzip2, which image-spec does not know, the tar is.
// Throws corrupt for what is no tar, or nothing.
WorkerLoaded run_import(const ImportRequest& request, ByteSource& archive, const WorkerFiles& files,
                        base::Progress& progress, const LayerDiskOptions& disk = {});

}  // namespace image
