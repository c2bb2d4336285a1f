#include "image/worker_client.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <set>

#include "base/error.h"
#include "base/failpoint.h"
#include "base/file.h"
#include "base/signals.h"
#include "base/subprocess.h"
#include "base/text.h"
#include "image/staging.h"
#include "image/worker_protocol.h"
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

base::UniqueFd memory_file(const std::string& text) {
  base::UniqueFd fd(memfd_create("vxn-request", MFD_CLOEXEC));
  if (!fd) base::throw_errno("making a memory file");
  base::write_all(fd.get(), text);
  if (lseek(fd.get(), 0, SEEK_SET) != 0) base::throw_errno("rewinding a memory file");
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

base::UniqueFd open_optional(const std::optional<std::string>& path) {
  return path ? base::open_file(*path, O_RDONLY) : base::UniqueFd();
}

Inputs open_inputs(const ImageStore& store, const Reference& name, const PullOptions& options) {
  const StoreLayout& layout = store.layout();
  Inputs inputs{.blobs = base::open_file(layout.blobs(), O_RDONLY | O_DIRECTORY),
                .disks = base::open_file(layout.disks(), O_RDONLY | O_DIRECTORY),
                .credentials = open_optional(options.credentials_file),
                .ca = open_optional(options.ca_file)};
  const WorkerRequest request{.name = name,
                              .platform = options.platform,
                              .names = options.names,
                              .insecure_registries = options.insecure_registries,
                              .stall_seconds = static_cast<int>(options.stall_timeout.count()),
                              .has_credentials = static_cast<bool>(inputs.credentials),
                              .has_ca = static_cast<bool>(inputs.ca),
                              .known = store.known_layers()};
  inputs.request = memory_file(encode(request));
  return inputs;
}

Worker start_worker(const Inputs& inputs, const Staging& staging,
                    const std::optional<Account>& account, const PullOptions& options) {
  base::Pair report = base::make_pipe();
  const std::string path = options.worker.empty() ? worker_path() : options.worker;
  base::SpawnRequest spawn{.argv = {path, std::to_string(getpid())},
                           .fds = {{staging.fd(), worker_staging_fd},
                                   {inputs.blobs.get(), worker_blobs_fd},
                                   {inputs.disks.get(), worker_disks_fd},
                                   {inputs.request.get(), worker_request_fd},
                                   {report.second.get(), worker_report_fd},
                                   {staging.lock_fd(), worker_lock_fd}},
                           .env = worker_environment(),
                           .new_session = true};
  if (account) {
    spawn.argv.push_back(std::to_string(account->user));
    spawn.argv.push_back(std::to_string(account->group));
  }
  if (inputs.credentials) spawn.fds.emplace_back(inputs.credentials.get(), worker_credentials_fd);
  if (inputs.ca) spawn.fds.emplace_back(inputs.ca.get(), worker_ca_fd);
  return {.child = base::spawn(spawn), .report = std::move(report.first)};
}

// Hands a record on; a result is kept, a failure thrown.
struct Listener {
  base::Progress& progress;
  std::optional<WorkerResult> result;

  void operator()(const WorkerMessage& message) { progress.message(base::printable(message.text)); }
  void operator()(const WorkerProgress& update) {
    progress.update(base::printable(update.item), base::printable(update.state), update.done,
                    update.total);
  }
  [[noreturn]] void operator()(const WorkerFailure& failure) {
    throw base::Error(failure.kind, base::printable(failure.message, 4096));
  }
  void operator()(WorkerResult& done) { result = std::move(done); }
};

[[noreturn]] void throw_unexpected_end(base::ExitStatus status) {
  throw base::Error("the image worker ended unexpectedly (" +
                    (status.signal != 0 ? "signal " + std::to_string(status.signal)
                                        : "status " + std::to_string(status.code)) +
                    ")");
}

// Reads the report to its end and waits for the worker's.
WorkerResult listen(Worker& worker, base::Progress& progress) {
  Listener listener{.progress = progress, .result = std::nullopt};
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

void check_result(const WorkerResult& result) {
  const Image& image = result.image;
  if (image.id != image.config_blob.digest)
    throw base::Error(base::ErrorKind::corrupt, "the image worker's report: an image id");
  for (const Layer& layer : image.layers) check_disk_name(layer);
}

// A file that the store needs for an image.
struct Piece {
  std::string staged;
  std::string target;
  std::uint64_t bytes = 0;

  // What is in the store stays as it is.
  bool in_place() const {
    struct stat status {};
    return lstat(target.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
           static_cast<std::uint64_t>(status.st_size) == bytes;
  }
};

Piece blob_piece(const StoreLayout& layout, const Descriptor& blob) {
  return {
      .staged = "blob-" + blob.digest.hex, .target = layout.blob(blob.digest), .bytes = blob.bytes};
}

std::vector<Piece> pieces_of(const StoreLayout& layout, const Image& image) {
  std::vector<Piece> pieces;
  pieces.reserve(2 * image.layers.size() + 2);
  for (const Layer& layer : image.layers) {
    pieces.push_back(blob_piece(layout, layer.blob));
    pieces.push_back({.staged = "disk-" + layer.disk,
                      .target = layout.disk(layer.disk),
                      .bytes = layer.disk_bytes});
  }
  pieces.push_back(blob_piece(layout, image.config_blob));
  pieces.push_back(blob_piece(layout, image.manifest));
  return pieces;
}

// False: somebody removed meanwhile what the worker left out because the store had it.
bool take_over(ImageStore& store, Staging& staging, const Reference& name,
               const WorkerResult& result) {
  const StoreLayout& layout = store.layout();
  const std::vector<Piece> pieces = pieces_of(layout, result.image);
  for (const Piece& piece : pieces)
    if (!piece.in_place() && staging.contains(piece.staged)) staging.flush(piece.staged);

  const base::FileLock lock = store.lock_for_change();
  for (const Piece& piece : pieces)
    if (!piece.in_place() && !staging.contains(piece.staged)) return false;
  bool changed = false;
  for (const Piece& piece : pieces) {
    if (piece.in_place()) continue;
    staging.install(piece.staged, piece.target, piece.bytes);
    changed = true;
  }
  if (changed) {
    base::sync_directory(layout.blobs());
    base::sync_directory(layout.disks());
  }
  base::failpoint("pull.installed");
  std::vector<Reference> names{name.with_digest(result.named)};
  if (!name.digest()) names.push_back(name);
  store.put(lock, result.image, names);
  return true;
}

WorkerResult run_worker(ImageStore& store, const Staging& staging, const Reference& name,
                        const PullOptions& options, const std::optional<Account>& account,
                        base::Progress& progress) {
  const Inputs inputs = open_inputs(store, name, options);
  Worker worker = start_worker(inputs, staging, account, options);
  WorkerResult result = listen(worker, progress);
  check_result(result);
  base::throw_if_interrupted();
  return result;
}

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
