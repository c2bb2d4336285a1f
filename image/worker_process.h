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
#include "image/worker_request.h"

namespace image {

// Hands on its progress and gives its result, which keeps the protocol's bounds and names nothing
// but what follows from its digests; the worker has ended then. Throws what it failed with, corrupt
// for a report that breaks the rules, interrupted (the worker is killed).
WorkerResult run_worker(const ImageStore& store, const Staging& staging, const Reference& name,
                        const PullOptions& options, const std::optional<Account>& account,
                        base::Progress& progress);

// The same for a load of the archive at `archive`.
WorkerLoaded run_load_worker(const ImageStore& store, const Staging& staging, int archive,
                             const ArchiveRequest& request, const ArchiveOptions& options,
                             const std::optional<Account>& account, base::Progress& progress);

// The same for a save to `output`.
WorkerSaved run_save_worker(const ImageStore& store, int output, const ArchiveRequest& request,
                            const ArchiveOptions& options, base::Progress& progress);

// The same for a push of `image` as `name`; `sources` are repositories that have had its blobs.
WorkerPushed run_push_worker(const ImageStore& store, const Image& image, const Reference& name,
                             const std::vector<std::string>& sources, const PullOptions& options,
                             base::Progress& progress);

// The same for a login to the registry of `name`.
void run_login_worker(const Reference& name, const PullOptions& options);

// The same for the disk that it makes at `output` of the tar stream at `tar`.
WorkerDisk run_disk_worker(int tar, int output, const DirectoryDiskOptions& options);

}  // namespace image
