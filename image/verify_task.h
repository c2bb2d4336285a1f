// The worker's share of a check of the store: blobs against their digests, and images made again of
// their blobs.
#pragma once

#include "base/progress.h"
#include "image/layer_disk.h"
#include "image/worker_files.h"
#include "image/worker_protocol.h"
#include "image/worker_request.h"

namespace image {

// Reads each blob of the request; nothing in them is parsed.
WorkerVerified run_verify(const StoreRequest& request, const WorkerFiles& files,
                          base::Progress& progress);

// What a pull would make of the manifest that is the request's one blob, were the registry the
// store: the layers that are not known get their disks in the staging directory. Throws corrupt
// where manifest, configuration and layers do not fit together or one is missing.
WorkerResult run_remake(const StoreRequest& request, const WorkerFiles& files,
                        base::Progress& progress, LayerDiskOptions disk = {});

}  // namespace image
