// From a worker's directory into the store.
#pragma once

#include "image/image_store.h"
#include "image/staging.h"
#include "image/worker_protocol.h"

namespace image {

// Inspects and moves what the store lacks, then records the image under `name` and its digest, all
// under the store's lock. False: somebody removed meanwhile what the worker left out because the
// store had it. Throws corrupt, with nothing recorded.
bool take_over(ImageStore& store, Staging& staging, const Reference& name,
               const WorkerResult& result);

}  // namespace image
