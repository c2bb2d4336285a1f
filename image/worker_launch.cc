#include "image/worker_launch.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "base/file.h"
#include "base/text.h"

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

WorkerInputs open_store(const ImageStore& store) {
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

}  // namespace

WorkerInputs store_inputs(const ImageStore& store, const std::string& request) {
  WorkerInputs inputs = open_store(store);
  inputs.request = memory_file_with(request);
  return inputs;
}

// Read here, since the worker may not be able to.
base::UniqueFd authorities(const PullOptions& options) {
  constexpr std::size_t largest_file = std::size_t{1} << 20;
  std::string text;
  if (options.ca_file) text = base::read_file(*options.ca_file, largest_file);
  if (const char* path = std::getenv("SSL_CERT_FILE"))
    text.append("\n").append(base::try_read_file(path, largest_file).value_or(""));
  return base::trim(text).empty() ? base::UniqueFd() : memory_file_with(text);
}

WorkerInputs registry_inputs(const ImageStore* store, WorkerRequest request,
                             const PullOptions& options) {
  WorkerInputs inputs = store != nullptr ? open_store(*store) : WorkerInputs{};
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

Descriptors descriptors(const WorkerInputs& inputs, const Staging* staging) {
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

}  // namespace image
