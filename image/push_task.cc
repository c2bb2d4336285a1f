#include "image/push_task.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <vector>

#include "base/error.h"
#include "image/connection.h"
#include "image/downloads.h"
#include "image/manifest.h"
#include "image/registry.h"
#include "image/upload.h"

namespace image {
namespace {

constexpr std::size_t at_a_time = 3;

std::vector<std::string> scopes_of(const WorkerRequest& request) {
  std::vector<std::string> scopes{"repository:" + request.name.path() + ":pull,push"};
  for (const std::string& source : request.sources)
    scopes.push_back("repository:" + source + ":pull");
  return scopes;
}

// What goes before the manifest: the layers, each once, and the configuration.
std::vector<Descriptor> blobs_of(const Image& image) {
  std::vector<Descriptor> blobs;
  std::set<Digest> seen;
  for (const Layer& layer : image.layers)
    if (seen.insert(layer.blob.digest).second) blobs.push_back(layer.blob);
  if (seen.insert(image.config_blob.digest).second) blobs.push_back(image.config_blob);
  return blobs;
}

class PushTask {
 public:
  PushTask(const WorkerRequest& request, const PullEnvironment& environment,
           base::Progress& progress)
      : request_(request),
        image_(*request.pushed),
        environment_(environment),
        progress_(progress),
        authorization_(environment.credentials.find(request.name), scopes_of(request)),
        blobs_(blobs_of(image_)) {}

  WorkerPushed run() {
    endpoint_ = find_endpoint(request_.name, TrustPolicy(request_.insecure_registries),
                              *environment_.make_transport(cancelled_));
    for (const Descriptor& blob : blobs_)
      if (is_layer(blob)) progress_.update(blob.digest.short_hex(), "Preparing", 0, 0);
    push_blobs();
    const std::unique_ptr<Connection> connection = connect();
    UploadRepository(*connection, endpoint_, request_.name)
        .put_manifest(*request_.name.tag(), image_.manifest, read_manifest());
    return {.digest = image_.manifest.digest, .bytes = image_.manifest.bytes};
  }

 private:
  bool is_layer(const Descriptor& blob) const { return blob.digest != image_.config_blob.digest; }

  std::unique_ptr<Connection> connect() {
    return std::make_unique<Connection>(environment_.make_transport(cancelled_), environment_.retry,
                                        authorization_);
  }

  std::string read_manifest() const {
    return base::read_to_end(environment_.files.open_blob(image_.manifest).get(), largest_manifest);
  }

  // Several at a time; the first failure ends the others.
  void push_blobs() {
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < std::min(at_a_time, blobs_.size()); ++i)
      threads.emplace_back([this] { work(); });
    for (std::thread& thread : threads) thread.join();
    if (failure_) throw *failure_;
  }

  void work() {
    try {
      const std::unique_ptr<Connection> connection = connect();
      UploadRepository repository(*connection, endpoint_, request_.name);
      for (std::size_t i = next_++; i < blobs_.size() && !cancelled_; i = next_++)
        base::doing("blob " + blobs_[i].digest.short_hex(), [&] { push(repository, blobs_[i]); });
    } catch (const base::Error& error) {
      fail(error);
    } catch (const std::exception& error) {
      fail(base::Error(error.what()));
    }
  }

  void fail(const base::Error& error) {
    const std::scoped_lock lock(mutex_);
    if (!failure_) failure_ = error;
    cancelled_ = true;
  }

  void push(UploadRepository& repository, const Descriptor& blob) {
    const base::UniqueFd file = environment_.files.open_blob(blob);
    const std::string item = blob.digest.short_hex();
    const auto tell = [&](std::uint64_t done) {
      if (is_layer(blob)) progress_.update(item, "Pushing", done, blob.bytes);
    };
    std::string source;
    const Upload how =
        repository.put_blob(blob, content_of(file.get()), request_.sources, tell, source);
    if (!is_layer(blob)) return;
    progress_.update(item, ended(how, source), 0, 0);
  }

  static std::string ended(Upload how, const std::string& source) {
    if (how == Upload::existed) return "Layer already exists";
    return how == Upload::mounted ? "Mounted from " + source : "Pushed";
  }

  static BodySource content_of(int file) {
    return {.bytes = 0, .read = [file](std::uint64_t offset, std::span<std::byte> buffer) {
              const ssize_t size =
                  pread(file, buffer.data(), buffer.size(), static_cast<off_t>(offset));
              if (size < 0) base::throw_errno("reading it");
              if (size == 0) throw base::Error(base::ErrorKind::corrupt, "the store's copy is cut");
              return static_cast<std::size_t>(size);
            }};
  }

  const WorkerRequest& request_;
  const Image& image_;
  const PullEnvironment& environment_;
  SharedProgress progress_;
  Authorization authorization_;
  std::vector<Descriptor> blobs_;
  std::string endpoint_;
  std::atomic<bool> cancelled_ = false;
  std::atomic<std::size_t> next_ = 0;
  std::mutex mutex_;
  std::optional<base::Error> failure_;
};

}  // namespace

WorkerPushed run_push(const WorkerRequest& request, const PullEnvironment& environment,
                      base::Progress& progress) {
  return PushTask(request, environment, progress).run();
}

}  // namespace image
