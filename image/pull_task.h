// A pull, as the worker does it: from a name to verified blobs and disks in the staging directory.
#pragma once

#include <optional>

#include "base/progress.h"
#include "image/connection.h"
#include "image/credentials.h"
#include "image/layer_disk.h"
#include "image/worker_files.h"
#include "image/worker_protocol.h"
#include "image/worker_request.h"

namespace image {

struct PullEnvironment {
  TransportFactory make_transport;
  RetryPolicy retry;
  Credentials credentials;
  WorkerFiles files;
  LayerDiskOptions disk;
};

// A result, or a set where all platforms are wanted and there are several. Throws as pull() in
// worker_client.h says.
WorkerRecord run_pull(const WorkerRequest& request, const PullEnvironment& environment,
                      base::Progress& progress);

}  // namespace image
