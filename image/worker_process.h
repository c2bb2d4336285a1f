// vxn-image-worker as a child: started with descriptors and nothing else, listened to until its
// end.
#pragma once

#include <optional>

#include "base/progress.h"
#include "image/directory_disk.h"
#include "image/image_store.h"
#include "image/staging.h"
#include "image/worker_client.h"
#include "image/worker_protocol.h"

namespace image {

// Hands on its progress and gives its result, which keeps the protocol's bounds and names nothing
// but what follows from its digests; the worker has ended then. Throws what it failed with, corrupt
// for a report that breaks the rules, interrupted (the worker is killed).
WorkerResult run_worker(const ImageStore& store, const Staging& staging, const Reference& name,
                        const PullOptions& options, const std::optional<Account>& account,
                        base::Progress& progress);

// The same for the disk that it makes at `output` of the tar stream at `tar`.
WorkerDisk run_disk_worker(int tar, int output, const DirectoryDiskOptions& options);

}  // namespace image
