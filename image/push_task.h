// A push, as the worker does it: an image of the store to a registry.
#pragma once

#include "base/progress.h"
#include "image/pull_task.h"
#include "image/worker_protocol.h"
#include "image/worker_request.h"

namespace image {

// `request.pushed` as `request.name`. Progress items are layers' short digests with docker's
// states. Throws as push() in worker_client.h says.
WorkerPushed run_push(const WorkerRequest& request, const PullEnvironment& environment,
                      base::Progress& progress);

}  // namespace image
