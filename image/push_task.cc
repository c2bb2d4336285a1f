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

std::vector<std::string> scopes_of(const WorkerRequest& request) {
  std::vector<std::string> scopes{"repository:" + request.name.path() + ":pull,push"};
  for (const std::string& source : request.sources)
    scopes.push_back("repository:" + source + ":pull");
  return scopes;
}

// What a push brings: blobs, then the manifests that name them, then the one that has the tag.
struct Content {
  std::vector<Descriptor> blobs;      // each once
  std::set<Digest> layers;            // those of them that are told of
  std::vector<Descriptor> manifests;  // without a tag
  Descriptor named;
};

class ContentList {
 public:
  void add(const Image& image) {
    for (const Layer& layer : image.layers) {
      add(layer.blob);
      content_.layers.insert(layer.blob.digest);
    }
    add(image.config_blob);
  }
  void add(const Descriptor& blob) {
    if (seen_.insert(blob.digest).second) content_.blobs.push_back(blob);
  }
  Content take(Descriptor named, std::vector<Descriptor> manifests) {
    content_.named = std::move(named);
    content_.manifests = std::move(manifests);
    return std::move(content_);
  }

 private:
  Content content_;
  std::set<Digest> seen_;
};

Content content_of(const WorkerRequest& request) {
  ContentList list;
  if (!request.pushed_set) {
    list.add(*request.pushed);
    return list.take(request.pushed->manifest, {});
  }
  const ImageSet& set = *request.pushed_set;
  std::vector<Descriptor> manifests;
  for (const Image& image : set.images) {
    list.add(image);
    manifests.push_back(image.manifest);
  }
  for (const Descriptor& blob : set.blobs) list.add(blob);
  manifests.insert(manifests.end(), set.companions.begin(), set.companions.end());
  return list.take(set.index, std::move(manifests));
}

class PushTask {
 public:
  PushTask(const WorkerRequest& request, const PullEnvironment& environment,
           base::Progress& progress)
      : request_(request),
        environment_(environment),
        progress_(progress),
        authorization_(environment.credentials.find(request.name), scopes_of(request)),
        content_(content_of(request)) {}

  WorkerPushed run() {
    endpoint_ = find_endpoint(request_.name, TrustPolicy(request_.insecure_registries),
                              *environment_.make_transport(cancelled_));
    for (const Descriptor& blob : content_.blobs)
      if (is_layer(blob)) progress_.update(blob.digest.short_hex(), "Preparing", 0, 0);
    push_blobs();
    const std::unique_ptr<Connection> connection = connect();
    UploadRepository repository(*connection, endpoint_, request_.name);
    for (const Descriptor& manifest : content_.manifests)
      repository.put_manifest(manifest.digest.text(), manifest, read_manifest(manifest));
    const Descriptor& named = content_.named;
    repository.put_manifest(*request_.name.tag(), named, read_manifest(named));
    return {.digest = named.digest, .bytes = named.bytes};
  }

 private:
  bool is_layer(const Descriptor& blob) const { return content_.layers.contains(blob.digest); }

  std::unique_ptr<Connection> connect() {
    return std::make_unique<Connection>(environment_.make_transport(cancelled_), environment_.retry,
                                        authorization_);
  }

  std::string read_manifest(const Descriptor& manifest) const {
    return base::read_to_end(environment_.files.open_blob(manifest).get(), largest_manifest);
  }

  // Several at a time; the first failure ends the others.
  void push_blobs() {
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < std::min<std::size_t>(request_.at_a_time, content_.blobs.size());
         ++i)
      threads.emplace_back([this] { work(); });
    for (std::thread& thread : threads) thread.join();
    if (failure_) throw *failure_;
  }

  void work() {
    try {
      const std::unique_ptr<Connection> connection = connect();
      UploadRepository repository(*connection, endpoint_, request_.name);
      for (std::size_t i = next_++; i < content_.blobs.size() && !cancelled_; i = next_++)
        base::doing("blob " + content_.blobs[i].digest.short_hex(),
                    [&] { push(repository, content_.blobs[i]); });
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
    base::UniqueFd file;  // opened where the registry wants it: it may not be kept
    const std::string item = blob.digest.short_hex();
    const auto tell = [&](std::uint64_t done) {
      if (is_layer(blob)) progress_.update(item, "Pushing", done, blob.bytes);
    };
    std::string source;
    const Upload how =
        repository.put_blob(blob, source_of(blob, file), request_.sources, tell, source);
    if (!is_layer(blob)) return;
    progress_.update(item, ended(how, source), 0, 0);
  }

  static std::string ended(Upload how, const std::string& source) {
    if (how == Upload::existed) return "Layer already exists";
    return how == Upload::mounted ? "Mounted from " + source : "Pushed";
  }

  BodySource source_of(const Descriptor& blob, base::UniqueFd& file) const {
    return {.bytes = 0,
            .read = [this, &blob, &file](std::uint64_t offset, std::span<std::byte> buffer) {
              if (!file) file = open_kept(blob);
              const ssize_t size =
                  pread(file.get(), buffer.data(), buffer.size(), static_cast<off_t>(offset));
              if (size < 0) base::throw_errno("reading it");
              if (size == 0) throw base::Error(base::ErrorKind::corrupt, "the store's copy is cut");
              return static_cast<std::size_t>(size);
            }};
  }

  base::UniqueFd open_kept(const Descriptor& blob) const {
    try {
      return environment_.files.open_blob(blob);
    } catch (const base::Error& error) {
      if (error.kind() != base::ErrorKind::not_found) throw;
      throw base::Error(base::ErrorKind::not_found,
                        "this registry lacks it and it is not kept here; `VXN_KEEP_BLOBS=yes pull` "
                        "of the image, from where it came, brings it back");
    }
  }

  const WorkerRequest& request_;
  const PullEnvironment& environment_;
  SharedProgress progress_;
  Authorization authorization_;
  const Content content_;
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
