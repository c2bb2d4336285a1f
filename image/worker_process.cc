#include "image/worker_process.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <type_traits>

#include "base/error.h"
#include "base/file.h"
#include "base/signals.h"
#include "base/subprocess.h"
#include "base/text.h"
#include "image/worker_request.h"

namespace image {
namespace {

// Of what the environment holds, all that is the worker's business.
constexpr std::array environment_names{
    "http_proxy",   "https_proxy",   "HTTPS_PROXY",  "all_proxy",    "ALL_PROXY",
    "no_proxy",     "NO_PROXY",      "TZ",           "SSL_CERT_DIR", "LANG",
    "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS",
};

std::vector<std::string> worker_environment() {
  std::vector<std::string> environment;
  for (const char* name : environment_names)
    if (const char* value = std::getenv(name))
      environment.push_back(std::string(name) + "=" + value);
  // libcurl knows this one in small letters only, since a server may set it for a CGI program.
  const char* proxy = std::getenv("HTTP_PROXY");
  if (proxy != nullptr && std::getenv("http_proxy") == nullptr)
    environment.push_back(std::string("http_proxy=") + proxy);
  return environment;
}

base::UniqueFd memory_file_with(const std::string& text) {
  base::UniqueFd fd = base::memory_file("vxn-worker");
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

// Whom to trust beside the system's directory: the options' and, as OpenSSL's and Go's programs
// take it, $SSL_CERT_FILE. Read here, since the worker may not be able to.
base::UniqueFd authorities(const PullOptions& options) {
  constexpr std::size_t largest_file = std::size_t{1} << 20;
  std::string text;
  if (options.ca_file) text = base::read_file(*options.ca_file, largest_file);
  if (const char* path = std::getenv("SSL_CERT_FILE"))
    text.append("\n").append(base::try_read_file(path, largest_file).value_or(""));
  return base::trim(text).empty() ? base::UniqueFd() : memory_file_with(text);
}

// `request` is what differs from a pull of nothing in particular; without a store it needs none.
Inputs open_inputs(const ImageStore* store, WorkerRequest request, const PullOptions& options) {
  Inputs inputs = store != nullptr ? open_store(*store) : Inputs{};
  inputs.credentials = open_optional(options.credentials_file);
  inputs.ca = authorities(options);
  request.platform = options.platform;
  request.names = options.names;
  request.insecure_registries = options.insecure_registries;
  request.places = options.places;
  request.certificates = options.certificates;
  request.at_a_time = options.at_a_time;
  request.all_platforms = options.all_platforms;
  request.keep_blobs = options.keep_blobs;
  request.stall_seconds = static_cast<int>(options.stall_timeout.count());
  request.has_credentials = static_cast<bool>(inputs.credentials);
  request.has_ca = static_cast<bool>(inputs.ca);
  inputs.request = memory_file_with(encode(request));
  return inputs;
}

template <typename Request>
Inputs open_inputs(const ImageStore& store, const Request& request) {
  Inputs inputs = open_store(store);
  inputs.request = memory_file_with(encode(request));
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

// What a worker may end with: one kind, or one of several.
template <typename... Wanted>
struct OneOf {
  using type = std::variant<Wanted...>;
};
template <typename Wanted>
struct OneOf<Wanted> {
  using type = Wanted;
};

// Hands a record on; what it was started for is kept, a failure thrown.
template <typename... Wanted>
struct Listener {
  base::Progress& progress;
  std::optional<typename OneOf<Wanted...>::type> result;

  void operator()(WorkerMessage& message) { progress.message(base::printable(message.text)); }
  void operator()(WorkerProgress& update) {
    progress.update(base::printable(update.item), base::printable(update.state), update.done,
                    update.total);
  }
  [[noreturn]] void operator()(WorkerFailure& failure) {
    throw base::Error(failure.kind, base::printable(failure.message, 4096));
  }
  template <typename Done>
  void operator()(Done& done) {
    if constexpr ((std::is_same_v<Done, Wanted> || ...))
      result = std::move(done);
    else
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
template <typename... Wanted>
typename OneOf<Wanted...>::type listen(Worker& worker, base::Progress& progress) {
  Listener<Wanted...> listener{.progress = progress, .result = std::nullopt};
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

// Runs a task that needs no store and is done before anybody would want to see its progress.
template <typename Answer>
Answer ask_registry(std::string_view task, WorkerRequest request, const PullOptions& options) {
  const Inputs inputs = open_inputs(nullptr, std::move(request), options);
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
  const Inputs inputs =
      open_inputs(&store, {.name = name, .platform = {}, .known = store.known_layers()}, options);
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
  const Inputs inputs = open_inputs(store, request);
  Descriptors fds = descriptors(inputs, &staging);
  fds.emplace_back(archive, worker_archive_fd);
  Worker worker = start_worker(options.worker, worker_load, std::move(fds), account);
  return loaded_of(worker, progress);
}

WorkerLoaded run_import_worker(const ImageStore& store, const Staging& staging, int archive,
                               ImportRequest request, const PullOptions& options,
                               const std::optional<Account>& account, base::Progress& progress) {
  base::UniqueFd ca = open_optional(options.ca_file);
  request.has_ca = static_cast<bool>(ca);
  request.stall_seconds = static_cast<int>(options.stall_timeout.count());
  Inputs inputs = open_inputs(store, request);
  inputs.ca = std::move(ca);
  Descriptors fds = descriptors(inputs, &staging);
  if (request.url.empty()) fds.emplace_back(archive, worker_archive_fd);
  Worker worker = start_worker(options.worker, worker_import, std::move(fds), account);
  return loaded_of(worker, progress);
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

WorkerPushed run_push_worker(const ImageStore& store, WorkerRequest request,
                             const PullOptions& options, base::Progress& progress) {
  const Inputs inputs = open_inputs(&store, std::move(request), options);
  Worker worker = start_worker(options.worker, worker_push, descriptors(inputs, nullptr),
                               worker_account(options.worker_user));
  const WorkerPushed pushed = listen<WorkerPushed>(worker, progress);
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
  const Inputs inputs = open_inputs(store, StoreRequest{.blobs = blobs, .known = {}});
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
  const Inputs inputs = open_inputs(store, request);
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
