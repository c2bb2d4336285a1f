#include "image/worker_process.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "base/error.h"
#include "base/signals.h"
#include "base/subprocess.h"
#include "base/text.h"
#include "image/worker_request.h"

namespace image {
namespace {

// Of what the environment holds, all that is the worker's business.
constexpr std::array environment_names{
    "http_proxy",    "https_proxy",  "HTTPS_PROXY",   "all_proxy",    "ALL_PROXY", "no_proxy",
    "NO_PROXY",      "TZ",           "SSL_CERT_FILE", "SSL_CERT_DIR", "LANG",      "ASAN_OPTIONS",
    "UBSAN_OPTIONS", "TSAN_OPTIONS",
};

std::vector<std::string> worker_environment() {
  std::vector<std::string> environment;
  for (const char* name : environment_names)
    if (const char* value = std::getenv(name))
      environment.push_back(std::string(name) + "=" + value);
  return environment;
}

base::UniqueFd request_file(const std::string& text) {
  base::UniqueFd fd = base::memory_file("vxn-request");
  base::write_all(fd.get(), text);
  base::rewind(fd.get());
  return fd;
}

// A worker under way and the pipe it reports on.
struct Worker {
  base::Child child;
  base::UniqueFd report;
};

struct Inputs {
  base::UniqueFd blobs, disks, request, credentials, ca;
};

Inputs open_store(const ImageStore& store) {
  const StoreLayout& layout = store.layout();
  return {.blobs = base::open_file(layout.blobs(), O_RDONLY | O_DIRECTORY),
          .disks = base::open_file(layout.disks(), O_RDONLY | O_DIRECTORY),
          .request = {},
          .credentials = {},
          .ca = {}};
}

base::UniqueFd open_optional(const std::optional<std::string>& path) {
  return path ? base::open_file(*path, O_RDONLY) : base::UniqueFd();
}

// `request` is what differs from a pull of nothing in particular; without a store it needs none.
Inputs open_inputs(const ImageStore* store, WorkerRequest request, const PullOptions& options) {
  Inputs inputs = store != nullptr ? open_store(*store) : Inputs{};
  inputs.credentials = open_optional(options.credentials_file);
  inputs.ca = open_optional(options.ca_file);
  request.platform = options.platform;
  request.names = options.names;
  request.insecure_registries = options.insecure_registries;
  request.stall_seconds = static_cast<int>(options.stall_timeout.count());
  request.has_credentials = static_cast<bool>(inputs.credentials);
  request.has_ca = static_cast<bool>(inputs.ca);
  inputs.request = request_file(encode(request));
  return inputs;
}

Inputs open_inputs(const ImageStore& store, const ArchiveRequest& request) {
  Inputs inputs = open_store(store);
  inputs.request = request_file(encode(request));
  return inputs;
}

using Descriptors = std::vector<std::pair<int, int>>;

Worker start_worker(const std::string& path, std::string_view task, Descriptors fds,
                    const std::optional<Account>& account) {
  base::Pair report = base::make_pipe();
  fds.emplace_back(report.second.get(), worker_report_fd);
  base::SpawnRequest spawn{
      .argv = {path.empty() ? worker_path() : path, std::string(task), std::to_string(getpid())},
      .fds = std::move(fds),
      .env = worker_environment(),
      .new_session = true};
  if (account) {
    spawn.argv.push_back(std::to_string(account->user));
    spawn.argv.push_back(std::to_string(account->group));
  }
  return {.child = base::spawn(spawn), .report = std::move(report.first)};
}

// Without `staging` nothing is made: what would be looked for there is not in the store's blobs.
Descriptors descriptors(const Inputs& inputs, const Staging* staging) {
  Descriptors fds{{inputs.request.get(), worker_request_fd}};
  if (inputs.blobs) {
    fds.emplace_back(staging != nullptr ? staging->fd() : inputs.blobs.get(), worker_staging_fd);
    fds.emplace_back(inputs.blobs.get(), worker_blobs_fd);
    fds.emplace_back(inputs.disks.get(), worker_disks_fd);
  }
  if (staging != nullptr) fds.emplace_back(staging->lock_fd(), worker_lock_fd);
  if (inputs.credentials) fds.emplace_back(inputs.credentials.get(), worker_credentials_fd);
  if (inputs.ca) fds.emplace_back(inputs.ca.get(), worker_ca_fd);
  return fds;
}

// Hands a record on; what it was started for is kept, a failure thrown.
template <typename Wanted>
struct Listener {
  base::Progress& progress;
  std::optional<Wanted> result;

  void operator()(const WorkerMessage& message) { progress.message(base::printable(message.text)); }
  void operator()(const WorkerProgress& update) {
    progress.update(base::printable(update.item), base::printable(update.state), update.done,
                    update.total);
  }
  [[noreturn]] void operator()(const WorkerFailure& failure) {
    throw base::Error(failure.kind, base::printable(failure.message, 4096));
  }
  void operator()(Wanted& done) { result = std::move(done); }
  template <typename Other>
  [[noreturn]] void operator()(const Other&) {
    throw base::Error(base::ErrorKind::corrupt, "the image worker's report: of another task");
  }
};

[[noreturn]] void throw_unexpected_end(base::ExitStatus status) {
  throw base::Error("the image worker ended unexpectedly (" +
                    (status.signal != 0 ? "signal " + std::to_string(status.signal)
                                        : "status " + std::to_string(status.code)) +
                    ")");
}

// Reads the report to its end and waits for the worker's.
template <typename Wanted>
Wanted listen(Worker& worker, base::Progress& progress) {
  Listener<Wanted> listener{.progress = progress, .result = std::nullopt};
  WorkerRecords records;
  std::array<std::byte, 16384> buffer;
  for (;;) {
    base::wait_readable(worker.report.get(), base::Deadline::never());
    const auto count = base::read_some(worker.report.get(), buffer);
    if (!count || *count == 0) break;
    records.feed(std::span(buffer).first(*count));
    while (auto record = records.next()) std::visit(listener, *record);
  }
  const auto status = worker.child.wait(base::Deadline::after(std::chrono::seconds(10)));
  if (!status || !status->ok() || !listener.result)
    throw_unexpected_end(status.value_or(base::ExitStatus{}));
  return std::move(*listener.result);
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

}  // namespace

WorkerResult run_worker(const ImageStore& store, const Staging& staging, const Reference& name,
                        const PullOptions& options, const std::optional<Account>& account,
                        base::Progress& progress) {
  const Inputs inputs =
      open_inputs(&store, {.name = name, .platform = {}, .known = store.known_layers()}, options);
  Worker worker = start_worker(options.worker, worker_pull, descriptors(inputs, &staging), account);
  WorkerResult result = listen<WorkerResult>(worker, progress);
  check_image(result.image);
  base::throw_if_interrupted();
  return result;
}

WorkerLoaded run_load_worker(const ImageStore& store, const Staging& staging, int archive,
                             const ArchiveRequest& request, const ArchiveOptions& options,
                             const std::optional<Account>& account, base::Progress& progress) {
  const Inputs inputs = open_inputs(store, request);
  Descriptors fds = descriptors(inputs, &staging);
  fds.emplace_back(archive, worker_archive_fd);
  Worker worker = start_worker(options.worker, worker_load, std::move(fds), account);
  WorkerLoaded loaded = listen<WorkerLoaded>(worker, progress);
  for (const LoadedImage& one : loaded.images) check_image(one.image);
  base::throw_if_interrupted();
  return loaded;
}

WorkerSaved run_save_worker(const ImageStore& store, int output, const ArchiveRequest& request,
                            const ArchiveOptions& options, base::Progress& progress) {
  const Inputs inputs = open_inputs(store, request);
  Descriptors fds = descriptors(inputs, nullptr);
  fds.emplace_back(output, worker_archive_fd);
  Worker worker = start_worker(options.worker, worker_save, std::move(fds),
                               worker_account(options.worker_user));
  const WorkerSaved saved = listen<WorkerSaved>(worker, progress);
  base::throw_if_interrupted();
  return saved;
}

WorkerPushed run_push_worker(const ImageStore& store, const Image& image, const Reference& name,
                             const std::vector<std::string>& sources, const PullOptions& options,
                             base::Progress& progress) {
  const Inputs inputs = open_inputs(
      &store, {.name = name, .platform = {}, .pushed = image, .sources = sources}, options);
  Worker worker = start_worker(options.worker, worker_push, descriptors(inputs, nullptr),
                               worker_account(options.worker_user));
  WorkerPushed pushed = listen<WorkerPushed>(worker, progress);
  base::throw_if_interrupted();
  return pushed;
}

void run_login_worker(const Reference& name, const PullOptions& options) {
  const Inputs inputs = open_inputs(nullptr, {.name = name, .platform = {}}, options);
  Worker worker = start_worker(options.worker, worker_login, descriptors(inputs, nullptr),
                               worker_account(options.worker_user));
  base::NoProgress silent;
  listen<WorkerLogin>(worker, silent);
  base::throw_if_interrupted();
}

WorkerDisk run_disk_worker(int tar, int output, const DirectoryDiskOptions& options) {
  Worker worker =
      start_worker(options.worker, worker_disk, {{tar, worker_tar_fd}, {output, worker_output_fd}},
                   worker_account(options.worker_user));
  base::NoProgress silent;
  return listen<WorkerDisk>(worker, silent);
}

}  // namespace image
