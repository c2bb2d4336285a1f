#include "image/worker_client.h"

#include <cstdlib>

#include "base/error.h"
#include "image/staging.h"
#include "image/take_over.h"
#include "image/worker_process.h"

namespace image {
namespace {

std::optional<WorkerResult> pull_once(ImageStore& store, const Reference& name,
                                      const PullOptions& options, base::Progress& progress) {
  const std::optional<Account> account = worker_account(options.worker_user);
  Staging staging(store, account);
  WorkerResult result = run_worker(store, staging, name, options, account, progress);
  if (!take_over(store, staging, name, result)) return std::nullopt;
  return result;
}

WorkerResult pull_until_whole(ImageStore& store, const Reference& name, const PullOptions& options,
                              base::Progress& progress) {
  constexpr int most_attempts = 3;
  for (int attempt = 0; attempt < most_attempts; ++attempt)
    if (auto result = pull_once(store, name, options, progress)) return std::move(*result);
  throw base::Error(base::ErrorKind::unavailable,
                    "parts of the image are removed from the store as fast as they come");
}

}  // namespace

std::string worker_path() {
  const char* directory = std::getenv("VXN_LIBEXEC_DIR");
  return std::string(directory != nullptr ? directory : VXN_LIBEXEC_DIR) + "/vxn-image-worker";
}

Pulled pull(ImageStore& store, const Reference& name, const PullOptions& options,
            base::Progress& progress) {
  const Reference wanted = name.with_default_tag();
  progress.message((wanted.digest() ? wanted.digest()->text() : *wanted.tag()) + ": Pulling from " +
                   wanted.path());
  const std::optional<Image> before = store.find(wanted);
  const WorkerResult result = pull_until_whole(store, wanted, options, progress);
  Image image = store.require(result.image.id.text());
  const bool changed = !before || before->id != image.id;
  return {.image = std::move(image), .digest = result.named, .changed = changed};
}

}  // namespace image
