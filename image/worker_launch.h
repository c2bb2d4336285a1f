// What vxn-image-worker is started with: descriptors, a request in a memory file, and of the
// environment what is its business.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/fd.h"
#include "base/subprocess.h"
#include "image/image_store.h"
#include "image/staging.h"
#include "image/worker_client.h"
#include "image/worker_request.h"

namespace image {

// A worker under way and the pipe it reports on.
struct Worker {
  base::Child child;
  base::UniqueFd report;
};

// What is opened for it; what it does not need is empty.
struct WorkerInputs {
  base::UniqueFd blobs, disks, request, credentials, ca;
};

// The store's directories, for reading, and a request.
WorkerInputs store_inputs(const ImageStore& store, const std::string& request);
// `request` is what differs from a pull of nothing in particular; without a store it needs none.
WorkerInputs registry_inputs(const ImageStore* store, WorkerRequest request,
                             const PullOptions& options);
// Whom to trust beside the system's directory: the options' and, as OpenSSL's and Go's programs
// take it, $SSL_CERT_FILE. None: nobody.
base::UniqueFd authorities(const PullOptions& options);

// Ours and, for each, the worker's (WorkerFd).
using Descriptors = std::vector<std::pair<int, int>>;
// Without `staging` nothing is made: what would be looked for there is not in the store's blobs.
Descriptors descriptors(const WorkerInputs& inputs, const Staging* staging);

// `path` "": worker_path().
Worker start_worker(const std::string& path, std::string_view task, Descriptors fds,
                    const std::optional<Account>& account);

}  // namespace image
