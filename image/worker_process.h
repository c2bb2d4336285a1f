// vxn-image-worker as a child: started with descriptors and nothing else, listened to until its
// end.
#pragma once

#include <optional>
#include <variant>

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
std::variant<WorkerResult, WorkerSet> run_worker(const ImageStore& store, const Staging& staging,
                                                 const Reference& name, const PullOptions& options,
                                                 const std::optional<Account>& account,
                                                 base::Progress& progress);

// The same for a load of the archive at `archive`.
WorkerLoaded run_load_worker(const ImageStore& store, const Staging& staging, int archive,
                             const ArchiveRequest& request, const ArchiveOptions& options,
                             const std::optional<Account>& account, base::Progress& progress);

// The same for an import of what the request names, else of the tar at `archive`.
WorkerLoaded run_import_worker(const ImageStore& store, const Staging& staging, int archive,
                               ImportRequest request, const PullOptions& options,
                               const std::optional<Account>& account, base::Progress& progress);

// The same for a save to `output`.
WorkerSaved run_save_worker(const ImageStore& store, int output, const ArchiveRequest& request,
                            const ArchiveOptions& options, base::Progress& progress);

// The same for a push; the request says of what (name, pushed or pushed_set, sources).
WorkerPushed run_push_worker(const ImageStore& store, WorkerRequest request,
                             const PullOptions& options, base::Progress& progress);

// The same for a login to the registry of `name`.
void run_login_worker(const Reference& name, const PullOptions& options);

// The same for a reading of blobs; of no others does it tell.
WorkerVerified run_verify_worker(const ImageStore& store, const std::vector<Descriptor>& blobs,
                                 const ArchiveOptions& options, base::Progress& progress);

// The same for an image that is made again of what the store has.
WorkerResult run_remake_worker(const ImageStore& store, const Staging& staging,
                               const StoreRequest& request, const ArchiveOptions& options,
                               const std::optional<Account>& account, base::Progress& progress);

// The same for a search in the registry of `name`, and for the tags of the repository `name`; no
// more than was asked for.
WorkerFound run_search_worker(const Reference& name, const SearchQuery& query,
                              const PullOptions& options);
WorkerTags run_tags_worker(const Reference& name, unsigned limit, const PullOptions& options);

// The same for the disk that it makes at `output` of the tar stream at `tar`.
WorkerDisk run_disk_worker(int tar, int output, const DirectoryDiskOptions& options);

}  // namespace image
