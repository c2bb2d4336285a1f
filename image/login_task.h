// A login, as the worker does it: whether a registry takes the credentials.
#pragma once

#include "image/pull_task.h"
#include "image/worker_protocol.h"
#include "image/worker_request.h"

namespace image {

// Of `request.name` only the registry counts. Throws denied, in docker's words, where it does not.
WorkerLogin run_login(const WorkerRequest& request, const PullEnvironment& environment,
                      base::Progress& progress);

}  // namespace image
