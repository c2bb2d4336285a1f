// vxn-image-worker TASK PARENT [UID GID]: does for its parent a pull, push, login, search, list of
// tags, load, save,
// import, verify, remake or disk; the last makes a disk of a tar stream. It alone meets the network
// and foreign archives; it runs without privileges and has the descriptors of worker_request.h.
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <map>
#include <set>
#include <span>
#include <thread>

#include "base/error.h"
#include "base/text.h"
#include "image/archive_kind.h"
#include "image/curl_transport.h"
#include "image/downloads.h"
#include "image/import_task.h"
#include "image/load_task.h"
#include "image/login_task.h"
#include "image/pull_task.h"
#include "image/push_task.h"
#include "image/registry.h"
#include "image/sandbox.h"
#include "image/save_task.h"
#include "image/search_task.h"
#include "image/url.h"
#include "image/url_source.h"
#include "image/verify_task.h"
#include "image/worker_protocol.h"
#include "image/worker_request.h"

#if defined(__SANITIZE_ADDRESS__)
// The search for leaks wants a process of its own, which the sandbox refuses.
extern "C" const char* __asan_default_options() { return "detect_leaks=0"; }
#endif

namespace image {
namespace {

constexpr std::size_t largest_request = std::size_t{256} << 20;
constexpr std::size_t largest_secret = std::size_t{1} << 20;
constexpr std::size_t largest_authorities = std::size_t{4} << 20;

void report(const WorkerRecord& record) { base::write_all(worker_report_fd, encode(record)); }

class ReportingProgress : public base::Progress {
 public:
  void message(std::string_view text) override { report(WorkerMessage{.text = std::string(text)}); }
  void update(std::string_view item, std::string_view state, std::uint64_t done,
              std::uint64_t total) override {
    report(WorkerProgress{
        .item = std::string(item), .state = std::string(state), .done = done, .total = total});
  }
};

struct Arguments {
  std::string_view task;
  pid_t parent = 0;
  std::optional<Account> account;
};

Arguments parse_arguments(std::span<char*> words) {
  const auto number = [&](std::size_t at) {
    const auto value = base::parse_number<std::uint32_t>(words[at]);
    if (!value) throw base::Error(base::ErrorKind::usage, "an argument is no number");
    return *value;
  };
  if (words.size() != 3 && words.size() != 5)
    throw base::Error(base::ErrorKind::usage, "an argument is missing");
  Arguments arguments{.task = words[1], .parent = static_cast<pid_t>(number(2))};
  if (words.size() == 5) arguments.account = Account{.user = number(3), .group = number(4)};
  return arguments;
}

// "HOST:PORT" of a name's domain.
std::string host_of(const std::string& domain) {
  const auto url = parse_url("https://" + registry_host(domain));
  return url ? url->host + ":" + url->port : "";
}

std::set<std::string> insecure_hosts(const WorkerRequest& request) {
  const TrustPolicy policy(request.insecure_registries);
  std::set<std::string> hosts;
  if (policy.is_insecure(request.name.domain())) hosts.insert(host_of(request.name.domain()));
  for (const PullSource& place : request.places)
    if (place.insecure || policy.is_insecure(place.name.domain()))
      hosts.insert(host_of(place.name.domain()));
  return hosts;
}

std::map<std::string, HostCertificates> certificates_by_host(const WorkerRequest& request) {
  std::map<std::string, HostCertificates> hosts;
  for (const HostCertificates& one : request.certificates) hosts.emplace(host_of(one.domain), one);
  return hosts;
}

CurlOptions curl_options(int stall_seconds, bool has_ca) {
  CurlOptions options{.stall_timeout = std::chrono::seconds(stall_seconds)};
  if (has_ca) options.ca_pem = base::read_to_end(worker_ca_fd, largest_authorities);
  return options;
}

TransportFactory curl_factory(const CurlOptions& options) {
  return [options](const std::atomic<bool>& cancelled) {
    CurlOptions own = options;
    own.cancelled = &cancelled;
    return std::make_unique<CurlTransport>(std::move(own));
  };
}

TransportFactory curl_factory(const WorkerRequest& request) {
  CurlOptions options = curl_options(request.stall_seconds, request.has_ca);
  options.insecure = [hosts = insecure_hosts(request)](const std::string& host) {
    return hosts.contains(host);
  };
  options.certificates = [hosts = certificates_by_host(request)](const std::string& host) {
    const auto found = hosts.find(host);
    return found == hosts.end() ? nullptr : &found->second;
  };
  return curl_factory(options);
}

const RetryPolicy retry_policy{
    .sleep = [](base::Milliseconds delay) { std::this_thread::sleep_for(delay); }};

WorkerRecord make_disk() {
  FdSource tar(worker_tar_fd);
  const LayerDiskResult result = write_layer_disk(tar, worker_output_fd, {});
  return WorkerDisk{.bytes = result.disk_bytes, .dropped_xattrs = result.dropped_xattrs};
}

std::string request_text() { return base::read_to_end(worker_request_fd, largest_request); }

constexpr WorkerFiles files{
    .staging = worker_staging_fd, .blobs = worker_blobs_fd, .disks = worker_disks_fd};

// `task` is run_pull, run_push, …
template <typename Task>
WorkerRecord over_network(const Task& task) {
  const WorkerRequest request = parse_worker_request(request_text());
  start_curl();
  PullEnvironment environment{
      .make_transport = curl_factory(request), .retry = retry_policy, .files = files};
  if (request.has_credentials)
    environment.credentials =
        Credentials::parse(base::read_to_end(worker_credentials_fd, largest_secret));
  ReportingProgress progress;
  return task(request, environment, progress);
}

WorkerRecord pull() { return over_network(run_pull); }
WorkerRecord push() { return over_network(run_push); }
WorkerRecord login() { return over_network(run_login); }
WorkerRecord search() { return over_network(run_search); }
WorkerRecord list_tags() { return over_network(run_tags); }

WorkerRecord load() {
  const ArchiveRequest request = parse_archive_request(request_text());
  FdSource archive(worker_archive_fd);
  ReportingProgress reporting;
  SharedProgress progress(reporting);
  return run_load(request, archive, files, progress);
}

WorkerRecord save() {
  const ArchiveRequest request = parse_archive_request(request_text());
  ReportingProgress reporting;
  SharedProgress progress(reporting);
  return run_save(request, files, worker_archive_fd, progress);
}

// True: a file that holds images, which is at its beginning again.
bool is_of_images() {
  FdSource archive(worker_archive_fd);
  const bool images = holds_images(archive);
  base::rewind(worker_archive_fd);
  return images;
}

WorkerRecord import_archive() {
  const ImportRequest request = parse_import_request(request_text());
  ReportingProgress reporting;
  SharedProgress progress(reporting);
  FdSource archive(worker_archive_fd);
  if (!request.url.empty()) {
    start_curl();
    UrlSource source(request.url, curl_factory(curl_options(request.stall_seconds, request.has_ca)),
                     retry_policy);
    return run_import(request, source, files, progress);
  }
  if (request.images && is_of_images()) return run_load(*request.images, archive, files, progress);
  return run_import(request, archive, files, progress);
}

template <typename Task>
WorkerRecord within_store(const Task& task) {
  const StoreRequest request = parse_store_request(request_text());
  ReportingProgress reporting;
  SharedProgress progress(reporting);
  return task(request, progress);
}

WorkerRecord verify() {
  return within_store([](const StoreRequest& request, base::Progress& progress) {
    return run_verify(request, files, progress);
  });
}
WorkerRecord remake() {
  return within_store([](const StoreRequest& request, base::Progress& progress) {
    return run_remake(request, files, progress);
  });
}

WorkerRecord failure(base::ErrorKind kind, const std::string& message) {
  return WorkerFailure{.kind = kind, .message = message};
}

struct Task {
  std::string_view name;
  WorkerRecord (*run)();
};

constexpr Task tasks[] = {
    {worker_pull, pull},      {worker_push, push},
    {worker_login, login},    {worker_search, search},
    {worker_tags, list_tags}, {worker_load, load},
    {worker_save, save},      {worker_import, import_archive},
    {worker_verify, verify},  {worker_remake, remake},
    {worker_disk, make_disk},
};

WorkerRecord serve(std::string_view name) {
  for (const Task& task : tasks)
    if (task.name == name) return task.run();
  throw base::Error(base::ErrorKind::usage, "an unknown task");
}

WorkerRecord outcome(std::string_view task) {
  try {
    return serve(task);
  } catch (const base::Error& error) {
    return failure(error.kind(), error.message());
  } catch (const std::bad_alloc&) {
    return failure(base::ErrorKind::unavailable, "the image worker has not enough memory");
  } catch (const std::exception& error) {
    return failure(base::ErrorKind::failure, error.what());
  }
}

}  // namespace
}  // namespace image

int main(int argc, char** argv) {
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
  image::WorkerRecord last;
  try {
    const image::Arguments arguments =
        image::parse_arguments({argv, static_cast<std::size_t>(argc)});
    image::enter_sandbox(arguments.account, arguments.parent);
    last = image::outcome(arguments.task);
  } catch (const base::Error& error) {
    last = image::failure(error.kind(), std::string("vxn-image-worker: ") + error.what());
  }
  try {
    image::report(last);
    return 0;
  } catch (const base::Error&) {  // nobody listens
    static_cast<void>(std::fputs("vxn-image-worker: is started by vxn, not by hand\n", stderr));
    return 1;
  }
}
