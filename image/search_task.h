// Looking for images in a registry, as the worker does it: Docker Hub's search (docker registry API
// v1, /v1/search), the catalogue and the lists of tags (OCI distribution-spec).
#pragma once

#include "image/pull_task.h"
#include "image/worker_protocol.h"
#include "image/worker_request.h"

namespace image {

// Of `request.name` only the registry counts. Throws unsupported for one that cannot be searched,
// and as a pull.
WorkerFound run_search(const WorkerRequest& request, const PullEnvironment& environment,
                       base::Progress& progress);

// The tags of the repository `request.name`, as many as the query allows.
WorkerTags run_tags(const WorkerRequest& request, const PullEnvironment& environment,
                    base::Progress& progress);

}  // namespace image
