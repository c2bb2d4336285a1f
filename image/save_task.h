// A save, as the worker does it: blobs of the store into an archive.
#pragma once

#include "base/progress.h"
#include "image/worker_files.h"
#include "image/worker_protocol.h"
#include "image/worker_request.h"

namespace image {

// Writes to `output`, blocking. Every blob's digest is verified on its way: throws corrupt for one
// that is damaged in the store, not_found for one that is gone; what is written then is of no use.
WorkerSaved run_save(const ArchiveRequest& request, const WorkerFiles& files, int output,
                     base::Progress& progress);

}  // namespace image
