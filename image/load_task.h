// A load, as the worker does it: from an archive's bytes to verified blobs and disks in the staging
// directory.
#pragma once

#include "base/progress.h"
#include "image/byte_source.h"
#include "image/layer_disk.h"
#include "image/worker_files.h"
#include "image/worker_protocol.h"
#include "image/worker_request.h"

namespace image {

// `archive` is what `docker save` or `podman save` write, or an OCI image layout, as a tar that may
// be compressed. All of its images for the request's platform; throws corrupt for what is none of
// these or contradicts itself, unsupported for what is for other platforms only.
WorkerLoaded run_load(const ArchiveRequest& request, ByteSource& archive, const WorkerFiles& files,
                      base::Progress& progress, LayerDiskOptions disk = {});

}  // namespace image
