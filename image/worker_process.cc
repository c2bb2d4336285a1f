#include "image/worker_process.h"

#include <algorithm>

#include "base/error.h"
#include "base/signals.h"
#include "base/text.h"
#include "image/worker_launch.h"
#include "image/worker_listener.h"

namespace image {
namespace {

// Runs a task that needs no store and is done before anybody would want to see its progress.
template <typename Answer>
Answer ask_registry(std::string_view task, WorkerRequest request, const PullOptions& options) {
  const WorkerInputs inputs = registry_inputs(nullptr, std::move(request), options);
  Worker worker = start_worker(options.worker, task, descriptors(inputs, nullptr),
                               worker_account(options.worker_user));
  base::NoProgress silent;
  Answer answer = listen<Answer>(worker, silent);
  base::throw_if_interrupted();
  return answer;
}

[[noreturn]] void report_too_long() {
  throw base::Error(base::ErrorKind::corrupt, "the image worker's report: more than was asked for");
}

// The worker names disks; ours to see that it can only be "<diff or chain id>.vN.squashfs".
void check_disk_name(const Layer& layer) {
  std::string_view name = layer.disk;
  const bool keyed = name.starts_with(layer.diff_id.hex) || name.starts_with(layer.chain_id.hex);
  name.remove_prefix(std::min<std::size_t>(name.size(), 64));
  const bool known_form =
      name.starts_with(".v") && name.ends_with(".squashfs") && name.size() > 11 &&
      base::parse_number<unsigned>(name.substr(2, name.size() - 11)).has_value();
  if (!keyed || !known_form)
    throw base::Error(base::ErrorKind::corrupt, "the image worker's report: a disk's name");
}

void check_image(const Image& image) {
  if (image.id != image.config_blob.digest)
    throw base::Error(base::ErrorKind::corrupt, "the image worker's report: an image id");
  for (const Layer& layer : image.layers) check_disk_name(layer);
}

void check_set(const ImageSet& set) {
  if (set.images.empty())
    throw base::Error(base::ErrorKind::corrupt, "the image worker's report: a set without images");
  for (const Image& image : set.images) check_image(image);
}

WorkerLoaded loaded_of(Worker& worker, base::Progress& progress) {
  WorkerLoaded loaded = listen<WorkerLoaded>(worker, progress);
  for (const LoadedImage& one : loaded.images) check_image(one.image);
  base::throw_if_interrupted();
  return loaded;
}

}  // namespace

std::variant<WorkerResult, WorkerSet> run_worker(const ImageStore& store, const Staging& staging,
                                                 const Reference& name, const PullOptions& options,
                                                 const std::optional<Account>& account,
                                                 base::Progress& progress) {
  const WorkerInputs inputs = registry_inputs(
      &store, {.name = name, .platform = {}, .known = store.known_layers()}, options);
  Worker worker = start_worker(options.worker, worker_pull, descriptors(inputs, &staging), account);
  auto result = listen<WorkerResult, WorkerSet>(worker, progress);
  if (const auto* one = std::get_if<WorkerResult>(&result)) check_image(one->image);
  if (const auto* several = std::get_if<WorkerSet>(&result)) check_set(several->set);
  base::throw_if_interrupted();
  return result;
}

WorkerLoaded run_load_worker(const ImageStore& store, const Staging& staging, int archive,
                             const ArchiveRequest& request, const ArchiveOptions& options,
                             const std::optional<Account>& account, base::Progress& progress) {
  const WorkerInputs inputs = store_inputs(store, encode(request));
  Descriptors fds = descriptors(inputs, &staging);
  fds.emplace_back(archive, worker_archive_fd);
  Worker worker = start_worker(options.worker, worker_load, std::move(fds), account);
  return loaded_of(worker, progress);
}

WorkerLoaded run_import_worker(const ImageStore& store, const Staging& staging, int archive,
                               ImportRequest request, const PullOptions& options,
                               const std::optional<Account>& account, base::Progress& progress) {
  base::UniqueFd ca = authorities(options);
  request.has_ca = static_cast<bool>(ca);
  request.stall_seconds = static_cast<int>(options.stall_timeout.count());
  WorkerInputs inputs = store_inputs(store, encode(request));
  inputs.ca = std::move(ca);
  Descriptors fds = descriptors(inputs, &staging);
  if (request.url.empty()) fds.emplace_back(archive, worker_archive_fd);
  Worker worker = start_worker(options.worker, worker_import, std::move(fds), account);
  return loaded_of(worker, progress);
}

WorkerSaved run_save_worker(const ImageStore& store, int output, const ArchiveRequest& request,
                            const ArchiveOptions& options, base::Progress& progress) {
  const WorkerInputs inputs = store_inputs(store, encode(request));
  Descriptors fds = descriptors(inputs, nullptr);
  fds.emplace_back(output, worker_archive_fd);
  Worker worker = start_worker(options.worker, worker_save, std::move(fds),
                               worker_account(options.worker_user));
  const WorkerSaved saved = listen<WorkerSaved>(worker, progress);
  base::throw_if_interrupted();
  return saved;
}

WorkerPushed run_push_worker(const ImageStore& store, WorkerRequest request,
                             const PullOptions& options, base::Progress& progress) {
  const WorkerInputs inputs = registry_inputs(&store, std::move(request), options);
  Worker worker = start_worker(options.worker, worker_push, descriptors(inputs, nullptr),
                               worker_account(options.worker_user));
  WorkerPushed pushed = listen<WorkerPushed>(worker, progress);
  base::throw_if_interrupted();
  return pushed;
}

void run_login_worker(const Reference& name, const PullOptions& options) {
  ask_registry<WorkerLogin>(worker_login, {.name = name, .platform = {}}, options);
}

WorkerFound run_search_worker(const Reference& name, const SearchQuery& query,
                              const PullOptions& options) {
  WorkerFound found = ask_registry<WorkerFound>(
      worker_search, {.name = name, .platform = {}, .search = query}, options);
  if (found.images.size() > query.limit) report_too_long();
  return found;
}

WorkerTags run_tags_worker(const Reference& name, unsigned limit, const PullOptions& options) {
  WorkerTags tags = ask_registry<WorkerTags>(
      worker_tags, {.name = name, .platform = {}, .search = {.term = "", .limit = limit}}, options);
  if (tags.tags.size() > limit) report_too_long();
  return tags;
}

WorkerVerified run_verify_worker(const ImageStore& store, const std::vector<Descriptor>& blobs,
                                 const ArchiveOptions& options, base::Progress& progress) {
  const WorkerInputs inputs =
      store_inputs(store, encode(StoreRequest{.blobs = blobs, .known = {}}));
  Worker worker = start_worker(options.worker, worker_verify, descriptors(inputs, nullptr),
                               worker_account(options.worker_user));
  WorkerVerified verified = listen<WorkerVerified>(worker, progress);
  for (DamagedBlob& damaged : verified.damaged) {
    const auto is_it = [&](const Descriptor& blob) { return blob.digest == damaged.blob; };
    if (std::ranges::none_of(blobs, is_it))
      throw base::Error(base::ErrorKind::corrupt, "the image worker's report: a digest");
    damaged.problem = base::printable(damaged.problem);
  }
  base::throw_if_interrupted();
  return verified;
}

WorkerResult run_remake_worker(const ImageStore& store, const Staging& staging,
                               const StoreRequest& request, const ArchiveOptions& options,
                               const std::optional<Account>& account, base::Progress& progress) {
  const WorkerInputs inputs = store_inputs(store, encode(request));
  Worker worker =
      start_worker(options.worker, worker_remake, descriptors(inputs, &staging), account);
  WorkerResult result = listen<WorkerResult>(worker, progress);
  check_image(result.image);
  base::throw_if_interrupted();
  return result;
}

WorkerDisk run_disk_worker(int tar, int output, const DirectoryDiskOptions& options) {
  Worker worker =
      start_worker(options.worker, worker_disk, {{tar, worker_tar_fd}, {output, worker_output_fd}},
                   worker_account(options.worker_user));
  base::NoProgress silent;
  return listen<WorkerDisk>(worker, silent);
}

}  // namespace image
