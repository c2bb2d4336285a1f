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
  std::vector<Reference> names{name.with_digest(result.named)};
  if (!name.digest()) names.push_back(name);
  if (!take_over(store, staging, result.image, names)) return std::nullopt;
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

// Repositories of the same registry that the image was in: they have had its layers.
std::vector<std::string> sources_of(const Image& image, const Reference& target) {
  std::vector<std::string> sources;
  for (const Reference& known : image.digests)
    if (known.domain() == target.domain() && known.path() != target.path())
      sources.push_back(known.path());
  return sources;
}

std::vector<Reference> names_of(const LoadedImage& loaded) {
  std::vector<Reference> names;
  for (const std::string& text : loaded.names) {
    const Reference name =
        base::doing("the image worker's report", [&] { return Reference::parse_canonical(text); });
    if (!name.tag() || name.digest())
      throw base::Error(base::ErrorKind::corrupt, "the image worker's report: a name");
    names.push_back(name);
  }
  return names;
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

Pushed push(ImageStore& store, const Image& image, const Reference& name,
            const PullOptions& options, base::Progress& progress) {
  const WorkerPushed pushed =
      run_push_worker(store, image, name, sources_of(image, name), options, progress);
  if (pushed.digest != image.manifest.digest)
    throw base::Error(base::ErrorKind::corrupt, "the image worker's report: a digest");
  store.put(store.lock_for_change(), image, {name.with_digest(pushed.digest)});
  return {.digest = pushed.digest, .bytes = pushed.bytes};
}

void verify_login(const Reference& registry, const PullOptions& options) {
  run_login_worker(registry, options);
}

std::vector<Loaded> load(ImageStore& store, int archive, const std::optional<Platform>& platform,
                         const ArchiveOptions& options, base::Progress& progress) {
  const std::optional<Account> account = worker_account(options.worker_user);
  Staging staging(store, account);
  const ArchiveRequest request{
      .names = options.names, .platform = platform, .known = store.known_layers(), .images = {}};
  const WorkerLoaded loaded =
      run_load_worker(store, staging, archive, request, options, account, progress);
  std::vector<Loaded> images;
  for (const LoadedImage& one : loaded.images) {
    std::vector<Reference> names = names_of(one);
    // One that is here already keeps its manifest, by which a registry knows it.
    const std::optional<Image> known = store.find(one.image.id.text());
    const bool kept = known && take_over(store, staging, *known, names);
    if (!kept && !take_over(store, staging, one.image, names))
      throw base::Error(base::ErrorKind::unavailable,
                        "parts of the image were removed from the store meanwhile");
    images.push_back({.image = store.require(one.image.id.text()), .names = std::move(names)});
  }
  return images;
}

void save(const ImageStore& store, const std::vector<SavedImage>& images, ArchiveFormat format,
          int output, const ArchiveOptions& options, base::Progress& progress) {
  const ArchiveRequest request{
      .names = options.names, .platform = {}, .known = {}, .format = format, .images = images};
  run_save_worker(store, output, request, options, progress);
}

}  // namespace image
