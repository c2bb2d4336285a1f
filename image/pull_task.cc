#include "image/pull_task.h"

#include <fcntl.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "image/image_config.h"
#include "image/layer_work.h"
#include "image/manifest.h"
#include "image/pull_place.h"
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

std::string named_by(const Reference& name) {
  return name.digest() ? name.digest()->text() : *name.tag();
}

Descriptor descriptor_of(const FetchedManifest& fetched, const std::string& media_type) {
  return {.media_type = media_type, .digest = fetched.digest, .bytes = fetched.bytes.size()};
}

void check_size(const FetchedManifest& fetched, const Descriptor& wanted) {
  if (fetched.bytes.size() != wanted.bytes)
    throw base::Error(base::ErrorKind::corrupt, "the manifest " + wanted.digest.short_hex() +
                                                    " has " + std::to_string(fetched.bytes.size()) +
                                                    " bytes instead of " +
                                                    std::to_string(wanted.bytes));
}

FoundManifest find_manifest(const Repository& repository, const Reference& name,
                            const Platform& platform) {
  FetchedManifest fetched = repository.manifest(named_by(name));
  const Digest named = fetched.digest;
  for (int depth = 0; depth <= deepest_index; ++depth) {
    ParsedManifest parsed = parse_manifest(fetched.bytes, fetched.content_type);
    if (auto* manifest = std::get_if<Manifest>(&parsed.content))
      return {.named = named,
              .descriptor = descriptor_of(fetched, parsed.media_type),
              .bytes = std::move(fetched.bytes),
              .manifest = std::move(*manifest)};
    const Descriptor& chosen = choose_manifest(std::get<Index>(parsed.content), platform);
    fetched = repository.manifest(chosen.digest.text());
    check_size(fetched, chosen);
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
    files.keep_blob(config, bytes);
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
        places_(places_of(request, environment, cancelled_)) {}

  WorkerRecord run() {
    PlaceConnections connections(places_);
    if (request_.all_platforms) return run_all(connections);
    FoundManifest found =
        connections.ask(place_, [this](const Repository& repository, const Reference& name) {
          return find_manifest(repository, name, request_.platform);
        });
    std::vector<Planned> planned;
    planned.push_back(plan(connections, found.descriptor, found.bytes, found.manifest));
    bring(planned, {});
    return WorkerResult{.named = found.named, .image = made(std::move(planned.front()))};
  }

 private:
  // An image whose layers are on their way.
  struct Planned {
    Descriptor manifest;
    Descriptor config_blob;
    bool known = false;  // it was pulled before
    ImageConfig config;
    std::vector<Layer> layers;
  };

  Planned plan(PlaceConnections& connections, const Descriptor& descriptor,
               const std::string& bytes, const Manifest& manifest) {
    environment_.files.keep_blob(descriptor, bytes);
    const bool known = environment_.files.has_blob(manifest.config);
    std::size_t place = place_;
    ParsedConfig config = parse_image_config(
        connections.ask(place, [&](const Repository& repository, const Reference&) {
          return find_config(repository, manifest.config, environment_.files);
        }));
    return {.manifest = descriptor,
            .config_blob = manifest.config,
            .known = known,
            .config = std::move(config.config),
            .layers = plan_layers(manifest.layers, config.diff_ids, request_.known)};
  }

  static Image made(Planned planned) {
    return make_image(planned.manifest, planned.config_blob, std::move(planned.config),
                      std::move(planned.layers));
  }

  FetchedManifest fetch(PlaceConnections& connections, const Descriptor& manifest) {
    std::size_t place = place_;
    FetchedManifest fetched =
        connections.ask(place, [&](const Repository& repository, const Reference&) {
          return repository.manifest(manifest.digest.text());
        });
    check_size(fetched, manifest);
    return fetched;
  }

  WorkerRecord run_all(PlaceConnections& connections) {
    const FetchedManifest named =
        connections.ask(place_, [](const Repository& repository, const Reference& name) {
          return repository.manifest(named_by(name));
        });
    ParsedManifest parsed = parse_manifest(named.bytes, named.content_type);
    const Descriptor descriptor = descriptor_of(named, parsed.media_type);
    std::vector<Planned> planned;
    if (const auto* manifest = std::get_if<Manifest>(&parsed.content)) {
      planned.push_back(plan(connections, descriptor, named.bytes, *manifest));
      bring(planned, {});
      return WorkerResult{.named = named.digest, .image = made(std::move(planned.front()))};
    }
    ImageSet set{.index = descriptor, .images = {}, .companions = {}, .blobs = {}};
    environment_.files.keep_blob(descriptor, named.bytes);
    std::set<Digest> seen;
    for (const IndexedManifest& entry : std::get<Index>(parsed.content).manifests)
      if (seen.insert(entry.manifest.digest).second) add(connections, entry, planned, set);
    if (planned.empty())
      throw base::Error(base::ErrorKind::unsupported, "the index names no image for Linux");
    bring(planned, set.blobs);
    for (Planned& one : planned) set.images.push_back(made(std::move(one)));
    return WorkerSet{.set = std::move(set)};
  }

  // One that an index names: an image of ours, or something that is only carried along.
  void add(PlaceConnections& connections, const IndexedManifest& entry,
           std::vector<Planned>& planned, ImageSet& set) {
    const FetchedManifest fetched = fetch(connections, entry.manifest);
    const bool ours = entry.platform && entry.platform->os == "linux";
    if (ours) {
      const ParsedManifest parsed = parse_manifest(fetched.bytes, fetched.content_type);
      const auto* manifest = std::get_if<Manifest>(&parsed.content);
      if (manifest == nullptr)
        throw base::Error(base::ErrorKind::unsupported, "indexes within indexes");
      planned.push_back(plan(connections, entry.manifest, fetched.bytes, *manifest));
      return;
    }
    environment_.files.keep_blob(entry.manifest, fetched.bytes);
    set.companions.push_back(entry.manifest);
    for (const Descriptor& blob : blobs_of_manifest(fetched.bytes))
      if (std::ranges::find(set.blobs, blob) == set.blobs.end()) set.blobs.push_back(blob);
  }

  // Connections for each thread; shared only because a std::function has to be copyable.
  Downloads::Fetch make_fetch() {
    return [this, connections = std::make_shared<PlaceConnections>(places_)](const Descriptor& blob,
                                                                             GrowingFile& file) {
      const std::string item = blob.digest.short_hex();
      const auto tell = [&](std::uint64_t done) {
        if (cancelled_) throw base::Error(base::ErrorKind::interrupted, "cancelled");
        progress_.update(item, "Downloading", done, blob.bytes);
      };
      std::size_t place = place_;
      connections->ask(place, [&](const Repository& repository, const Reference&) {
        repository.blob(blob, file, tell);
      });
      progress_.update(item, "Download complete", 0, 0);
    };
  }

  // Layers become disks; `blobs` stay as they are.
  void bring(std::vector<Planned>& planned, const std::vector<Descriptor>& blobs) {
    Downloads downloads([this] { return make_fetch(); }, cancelled_, request_.at_a_time);
    LayerWork work(environment_.files, downloads, progress_, environment_.disk);
    const bool keep_all = request_.keep_blobs || request_.all_platforms;
    for (const Planned& one : planned)
      work.add_downloads(one.layers, keep_all, one.known ? "Image exists" : "Already exists");
    for (const Descriptor& blob : blobs)
      if (!environment_.files.has_blob(blob) && !downloads.contains(blob))
        downloads.add(blob, environment_.files.create_blob(blob));
    downloads.start();
    try {
      for (Planned& one : planned) work.convert(one.layers);
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
  std::atomic<bool> cancelled_ = false;
  PullPlaces places_;
  std::size_t place_ = 0;  // the first of them that has the image
};

}  // namespace

WorkerRecord run_pull(const WorkerRequest& request, const PullEnvironment& environment,
                      base::Progress& progress) {
  return PullTask(request, environment, progress).run();
}

}  // namespace image
