#include "image/pull_task.h"

#include <fcntl.h>

#include "base/error.h"
#include "image/image_config.h"
#include "image/layer_work.h"
#include "image/manifest.h"
#include "image/registry.h"
#include "image/sha256.h"

namespace image {
namespace {

// An index may name indexes, within reason.
constexpr int deepest_index = 3;

struct FoundManifest {
  Digest named;           // what the name stands for
  Descriptor descriptor;  // of the manifest itself
  std::string bytes;
  Manifest manifest;
};

FoundManifest find_manifest(const Repository& repository, const WorkerRequest& request) {
  const Reference& name = request.name;
  FetchedManifest fetched =
      repository.manifest(name.digest() ? name.digest()->text() : *name.tag());
  const Digest named = fetched.digest;
  for (int depth = 0; depth <= deepest_index; ++depth) {
    ParsedManifest parsed = parse_manifest(fetched.bytes, fetched.content_type);
    if (auto* manifest = std::get_if<Manifest>(&parsed.content))
      return {.named = named,
              .descriptor = {.media_type = parsed.media_type,
                             .digest = fetched.digest,
                             .bytes = fetched.bytes.size()},
              .bytes = std::move(fetched.bytes),
              .manifest = std::move(*manifest)};
    const Descriptor& chosen = choose_manifest(std::get<Index>(parsed.content), request.platform);
    fetched = repository.manifest(chosen.digest.text());
    if (fetched.bytes.size() != chosen.bytes)
      throw base::Error(base::ErrorKind::corrupt,
                        "the manifest " + chosen.digest.short_hex() + " has " +
                            std::to_string(fetched.bytes.size()) + " bytes instead of " +
                            std::to_string(chosen.bytes));
  }
  throw base::Error(base::ErrorKind::unsupported, "indexes within indexes");
}

// From the store where it has it: still verified, since it is parsed next.
std::string find_config(const Repository& repository, const Descriptor& config,
                        const WorkerFiles& files) {
  return base::doing("the image's configuration " + config.digest.short_hex(), [&] {
    if (config.bytes > largest_config)
      throw base::Error(base::ErrorKind::corrupt, "it is larger than 4 MiB");
    if (files.has_blob(config)) {
      std::string bytes = base::read_to_end(files.open_blob(config).get(), largest_config);
      if (sha256_of(bytes) == config.digest) return bytes;
      throw base::Error(base::ErrorKind::corrupt, "the store's copy is damaged");
    }
    std::string bytes = repository.small_blob(config, largest_config);
    files.write_blob(config, bytes);
    return bytes;
  });
}

// One pull under way: what its threads share.
class PullTask {
 public:
  PullTask(const WorkerRequest& request, const PullEnvironment& environment,
           base::Progress& progress)
      : request_(request),
        environment_(environment),
        progress_(progress),
        authorization_(environment.credentials.find(request.name),
                       {"repository:" + request.name.path() + ":pull"}) {}

  WorkerResult run() {
    endpoint_ = find_endpoint(request_.name, TrustPolicy(request_.insecure_registries),
                              *environment_.make_transport(cancelled_));
    const std::unique_ptr<Connection> connection = connect();
    const Repository repository = repository_over(*connection);
    FoundManifest found = find_manifest(repository, request_);
    if (!environment_.files.has_blob(found.descriptor))
      environment_.files.write_blob(found.descriptor, found.bytes);
    const Descriptor& config_blob = found.manifest.config;
    ParsedConfig config =
        parse_image_config(find_config(repository, config_blob, environment_.files));

    std::vector<Layer> layers = plan_layers(found.manifest.layers, config.diff_ids, request_.known);
    bring(layers);
    return {.named = found.named,
            .image = make_image(found.descriptor, config_blob, std::move(config.config),
                                std::move(layers))};
  }

 private:
  std::unique_ptr<Connection> connect() {
    return std::make_unique<Connection>(environment_.make_transport(cancelled_), environment_.retry,
                                        authorization_);
  }

  Repository repository_over(Connection& connection) const {
    return {connection.transport(), endpoint_, request_.name, request_.names};
  }

  // One connection for each thread; shared only because a std::function has to be copyable.
  Downloads::Fetch make_fetch() {
    return [this, connection = std::shared_ptr<Connection>(connect())](const Descriptor& blob,
                                                                       GrowingFile& file) {
      const std::string item = blob.digest.short_hex();
      const auto tell = [&](std::uint64_t done) {
        if (cancelled_) throw base::Error(base::ErrorKind::interrupted, "cancelled");
        progress_.update(item, "Downloading", done, blob.bytes);
      };
      repository_over(*connection).blob(blob, file, tell);
      progress_.update(item, "Download complete", 0, 0);
    };
  }

  void bring(std::vector<Layer>& layers) {
    Downloads downloads([this] { return make_fetch(); }, cancelled_);
    LayerWork work(environment_.files, downloads, progress_, environment_.disk);
    work.add_downloads(layers);
    downloads.start();
    try {
      work.convert(layers);
    } catch (const base::Error& error) {
      // Another layer failed and this one was cancelled: finish() says which.
      if (error.kind() == base::ErrorKind::interrupted) downloads.finish();
      throw;
    }
    downloads.finish();
  }

  const WorkerRequest& request_;
  const PullEnvironment& environment_;
  SharedProgress progress_;
  Authorization authorization_;
  std::string endpoint_;
  std::atomic<bool> cancelled_ = false;
};

}  // namespace

WorkerResult run_pull(const WorkerRequest& request, const PullEnvironment& environment,
                      base::Progress& progress) {
  return PullTask(request, environment, progress).run();
}

}  // namespace image
