#include "image/worker_client.h"

#include <algorithm>
#include <cstdlib>

#include "base/error.h"
#include "base/file.h"
#include "image/documents.h"
#include "image/image_files.h"
#include "image/pull_turn.h"
#include "image/staging.h"
#include "image/take_over.h"
#include "image/worker_process.h"

namespace image {
namespace {

// What a pull brought.
struct Brought {
  Digest named;
  Digest image;
};

std::vector<Reference> names_for(const Reference& name, const Digest& named) {
  std::vector<Reference> names{name.with_digest(named)};
  if (!name.digest()) names.push_back(name);
  return names;
}

std::optional<Brought> pull_once(ImageStore& store, const Reference& name,
                                 const PullOptions& options, base::Progress& progress) {
  const std::optional<Account> account = worker_account(options.worker_user);
  Staging staging(store, account);
  auto result = run_worker(store, staging, name, options, account, progress);
  if (auto* one = std::get_if<WorkerResult>(&result)) {
    one->image.blobs_dropped = !options.keep_blobs && !options.all_platforms;
    if (!take_over(store, staging, one->image, names_for(name, one->named))) return std::nullopt;
    return Brought{.named = one->named, .image = one->image.id};
  }
  const ImageSet& set = std::get<WorkerSet>(result).set;
  if (!take_over(store, staging, set, names_for(name, set.index.digest))) return std::nullopt;
  return Brought{.named = set.index.digest, .image = image_for_host(set).id};
}

Brought pull_until_whole(ImageStore& store, const Reference& name, const PullOptions& options,
                         base::Progress& progress) {
  constexpr int most_attempts = 3;
  for (int attempt = 0; attempt < most_attempts; ++attempt)
    if (const auto brought = pull_once(store, name, options, progress)) return *brought;
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

void require_blobs(const ImageStore& store, const Image& image, const NameDefaults& names) {
  const auto is_missing = [&](const Layer& layer) {
    return !base::exists(store.layout().blob(layer.blob.digest));
  };
  if (std::ranges::none_of(image.layers, is_missing)) return;
  const std::string name = shown_name(image, names);
  throw base::Error(base::ErrorKind::not_found,
                    name + ": its layers are not kept here as they came; `" +
                        (image.blobs_dropped ? "VXN_KEEP_BLOBS=yes " : "") + "pull " + name +
                        "` brings them back");
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

ArchiveRequest load_request(const ImageStore& store, const LoadChoice& choice,
                            const NameDefaults& names) {
  return {.names = names, .platform = choice.platform, .known = store.known_layers(), .images = {}};
}

// One that is here already keeps its manifest, by which a registry knows it.
Image take_over_one(ImageStore& store, Staging& staging, const Image& image,
                    const std::vector<Reference>& names) {
  const std::optional<Image> known = store.find(image.id.text());
  const bool completed =
      known && known->blobs_dropped && known->manifest.digest == image.manifest.digest;
  const bool kept = known && !completed && take_over(store, staging, *known, names);
  if (!kept && !take_over(store, staging, image, names))
    throw base::Error(base::ErrorKind::unavailable,
                      "parts of the image were removed from the store meanwhile");
  return store.require(image.id.text());
}

std::vector<Loaded> take_over_all(ImageStore& store, Staging& staging, const WorkerLoaded& loaded,
                                  const std::optional<Reference>& name) {
  if (name && loaded.images.size() != 1)
    throw base::Error(base::ErrorKind::usage, "there are " + std::to_string(loaded.images.size()) +
                                                  " images, which cannot all have one name");
  std::vector<Loaded> images;
  for (const LoadedImage& one : loaded.images) {
    std::vector<Reference> names = name ? std::vector{*name} : names_of(one);
    Image image = take_over_one(store, staging, one.image, names);
    images.push_back({.image = std::move(image), .names = std::move(names)});
  }
  return images;
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
  const PullTurn turn(store, wanted, options.platform, progress);
  const std::optional<Image> before = store.find(wanted);
  const Brought brought = pull_until_whole(store, wanted, options, progress);
  Image image = store.require(brought.image.text());
  const bool changed = !before || before->id != image.id;
  return {.image = std::move(image), .digest = brought.named, .changed = changed};
}

Pushed push(ImageStore& store, const Image& image, const std::optional<ImageSet>& set,
            const Reference& name, const PullOptions& options, base::Progress& progress) {
  WorkerRequest request{
      .name = name, .platform = {}, .pushed_set = set, .sources = sources_of(image, name)};
  if (!set) request.pushed = image;
  const WorkerPushed pushed = run_push_worker(store, std::move(request), options, progress);
  const Digest& expected = set ? set->index.digest : image.manifest.digest;
  if (pushed.digest != expected)
    throw base::Error(base::ErrorKind::corrupt, "the image worker's report: a digest");
  store.put(store.lock_for_change(), image, {name.with_digest(pushed.digest)});
  return {.digest = pushed.digest, .bytes = pushed.bytes};
}

void verify_login(const Reference& registry, const PullOptions& options) {
  run_login_worker(registry, options);
}

std::vector<FoundImage> search(const Reference& registry, const SearchQuery& query,
                               const PullOptions& options) {
  return run_search_worker(registry, query, options).images;
}

std::vector<std::string> list_tags(const Reference& repository, unsigned limit,
                                   const PullOptions& options) {
  return run_tags_worker(repository, limit, options).tags;
}

std::vector<Loaded> load(ImageStore& store, const ArchiveSource& source, const LoadChoice& choice,
                         const ArchiveOptions& options, base::Progress& progress) {
  const std::optional<Account> account = worker_account(options.worker_user);
  Staging staging(store, account);
  const WorkerLoaded loaded =
      run_load_worker(store, staging, source.fd, load_request(store, choice, options.names),
                      options, account, progress);
  source.check();
  return take_over_all(store, staging, loaded, choice.name);
}

Image import_root(ImageStore& store, const ArchiveSource& source, const ImportSpec& spec,
                  const std::vector<Reference>& names, const PullOptions& options,
                  base::Progress& progress) {
  const std::optional<Account> account = worker_account(options.worker_user);
  Staging staging(store, account);
  const WorkerLoaded loaded = run_import_worker(
      store, staging, source.fd, {.config = import_config(spec), .url = source.url, .images = {}},
      options, account, progress);
  if (loaded.images.size() != 1)
    throw base::Error(base::ErrorKind::corrupt, "the image worker's report: not one image");
  source.check();
  return take_over_one(store, staging, loaded.images.front().image, names);
}

std::vector<Loaded> load_or_import(ImageStore& store, int file, const LoadChoice& choice,
                                   const ImportSpec& spec, const PullOptions& options,
                                   base::Progress& progress) {
  const std::optional<Account> account = worker_account(options.worker_user);
  Staging staging(store, account);
  const WorkerLoaded loaded =
      run_import_worker(store, staging, file,
                        {.config = import_config(spec),
                         .url = {},
                         .images = load_request(store, choice, options.names)},
                        options, account, progress);
  return take_over_all(store, staging, loaded, choice.name);
}

void save(const ImageStore& store, const std::vector<SavedImage>& images, ArchiveFormat format,
          int output, const ArchiveOptions& options, base::Progress& progress) {
  for (const SavedImage& saved : images) require_blobs(store, saved.image, options.names);
  const ArchiveRequest request{
      .names = options.names, .platform = {}, .known = {}, .format = format, .images = images};
  run_save_worker(store, output, request, options, progress);
}

}  // namespace image
