#include "image/load_task.h"

#include <algorithm>
#include <array>
#include <atomic>

#include "base/error.h"
#include "base/text.h"
#include "image/archive.h"
#include "image/archive_contents.h"
#include "image/documents.h"
#include "image/downloads.h"
#include "image/image_config.h"
#include "image/inflate.h"
#include "image/layer_work.h"
#include "image/manifest.h"

namespace image {
namespace {

using base::ErrorKind;

// An index may name indexes, within reason.
constexpr int deepest_index = 3;

[[noreturn]] void corrupt(const std::string& message) {
  throw base::Error(ErrorKind::corrupt, message);
}

// An image of the archive: its blobs, which are staged or in the store, under their media types.
struct FoundImage {
  Descriptor descriptor;  // of the manifest
  Manifest manifest;
  std::vector<Reference> names;
};

class LoadTask {
 public:
  LoadTask(const ArchiveRequest& request, const WorkerFiles& files, base::Progress& progress,
           const LayerDiskOptions& disk)
      : request_(request),
        files_(files),
        progress_(progress),
        contents_(files),
        known_(request.known),
        downloads_([]() -> Downloads::Fetch { return {}; }, cancelled_),
        work_(files, downloads_, progress, disk, "Loaded") {}

  WorkerLoaded run(ByteSource& archive) {
    contents_.read(archive, progress_);
    WorkerLoaded loaded;
    for (FoundImage& found : find_images()) {
      LoadedImage one{.image = bring(found), .names = {}};
      for (const Reference& name : found.names) one.names.push_back(name.canonical());
      loaded.images.push_back(std::move(one));
    }
    return loaded;
  }

 private:
  // An index tells more than docker's list, which has no manifests.
  std::vector<FoundImage> find_images() {
    if (const auto index = contents_.find(archive_index_file)) return find_by_index(*index);
    if (const auto list = contents_.find(archive_manifest_file)) return find_by_list(*list);
    corrupt("it holds no images: neither index.json nor manifest.json is there");
  }

  std::vector<FoundImage> find_by_index(const Descriptor& index) {
    std::vector<FoundImage> images;
    const Platform wanted = request_.platform.value_or(Platform::host());
    std::string others;
    std::vector<ArchivedManifest> entries =
        parse_archive_index(contents_.read_blob(index, largest_archive_document), request_.names);
    const bool any = !request_.platform && is_of_one_platform(entries);
    for (const ArchivedManifest& entry : entries) {
      if (any || !entry.platform || choose_platform({&*entry.platform, 1}, wanted)) {
        base::doing("the manifest " + entry.manifest.digest.short_hex(),
                    [&] { add(images, find_manifest(entry.manifest, wanted), entry.names); });
      } else {
        (others += others.empty() ? "" : ", ") += entry.platform->text();
      }
    }
    if (images.empty() && !others.empty())
      throw base::Error(ErrorKind::unsupported, "it holds no image for " + wanted.text() +
                                                    ", only for " + base::printable(others, 200));
    return images;
  }

  // Which nobody has to choose from: it is loaded wherever it runs, as docker does.
  static bool is_of_one_platform(const std::vector<ArchivedManifest>& entries) {
    return std::ranges::all_of(entries, [&](const ArchivedManifest& entry) {
      return entry.platform == entries.front().platform;
    });
  }

  // An image of several names has an entry for each.
  static void add(std::vector<FoundImage>& images, FoundImage found,
                  const std::vector<Reference>& names) {
    const auto same = [&](const FoundImage& one) {
      return one.descriptor.digest == found.descriptor.digest;
    };
    const auto known = std::ranges::find_if(images, same);
    FoundImage& image = known != images.end() ? *known : images.emplace_back(std::move(found));
    image.names.insert(image.names.end(), names.begin(), names.end());
  }

  FoundImage find_manifest(Descriptor wanted, const Platform& platform) {
    for (int depth = 0; depth <= deepest_index; ++depth) {
      const Descriptor blob = required(wanted);
      ParsedManifest parsed =
          parse_manifest(contents_.read_blob(blob, largest_manifest), wanted.media_type);
      wanted.media_type = parsed.media_type;
      if (auto* manifest = std::get_if<Manifest>(&parsed.content)) {
        required(manifest->config);
        for (const Descriptor& layer : manifest->layers) required(layer);
        return {.descriptor = wanted, .manifest = std::move(*manifest), .names = {}};
      }
      wanted = choose_manifest(std::get<Index>(parsed.content), platform);
    }
    throw base::Error(ErrorKind::unsupported, "indexes within indexes");
  }

  // What a document promises is there, and of that size.
  Descriptor required(const Descriptor& wanted) const {
    const auto blob = contents_.find(wanted.digest);
    if (!blob) corrupt("blob " + wanted.digest.short_hex() + " is missing");
    if (blob->bytes != wanted.bytes)
      corrupt("blob " + wanted.digest.short_hex() + " has " + std::to_string(blob->bytes) +
              " bytes instead of " + std::to_string(wanted.bytes));
    return *blob;
  }

  std::vector<FoundImage> find_by_list(const Descriptor& list) {
    std::vector<FoundImage> images;
    const std::string text = contents_.read_blob(list, largest_archive_document);
    for (const ArchivedImage& entry : parse_archive_manifest(text, request_.names))
      add(images, make_manifest(entry), entry.names);
    return images;
  }

  // The manifest that the list does without.
  FoundImage make_manifest(const ArchivedImage& entry) {
    FoundImage found;
    found.manifest.config = required(entry.config, config_media_type);
    for (const std::string& path : entry.layers)
      found.manifest.layers.push_back(required_layer(path));
    found.descriptor = files_.put_blob(
        manifest_media_type, manifest_document(found.manifest.config, found.manifest.layers));
    return found;
  }

  Descriptor required(const std::string& path, std::string_view media_type) const {
    auto blob = contents_.find(path);
    if (!blob) corrupt(base::printable(path, 200) + " is missing");
    blob->media_type = media_type;
    return *blob;
  }

  Descriptor required_layer(const std::string& path) const {
    Descriptor layer = required(path, layer_media_type);
    std::array<std::byte, longest_magic> start{};
    const base::UniqueFd file = files_.open_blob(layer);
    const std::size_t size = base::read_some(file.get(), start).value_or(0);
    layer.media_type = layer_type(detect_compression(std::span(start).first(size)));
    return layer;
  }

  Image bring(const FoundImage& found) {
    const Descriptor& config_blob = found.manifest.config;
    ParsedConfig config = base::doing(
        "the image's configuration " + config_blob.digest.short_hex(),
        [&] { return parse_image_config(contents_.read_blob(config_blob, largest_config)); });
    std::vector<Layer> layers = plan_layers(found.manifest.layers, config.diff_ids, known_);
    work_.convert(layers);
    known_.insert(known_.end(), layers.begin(), layers.end());
    return make_image(found.descriptor, config_blob, std::move(config.config), std::move(layers));
  }

  const ArchiveRequest& request_;
  const WorkerFiles& files_;
  base::Progress& progress_;
  ArchiveContents contents_;
  std::vector<Layer> known_;
  std::atomic<bool> cancelled_ = false;
  Downloads downloads_;  // none: all is there
  LayerWork work_;
};

}  // namespace

WorkerLoaded run_load(const ArchiveRequest& request, ByteSource& archive, const WorkerFiles& files,
                      base::Progress& progress, LayerDiskOptions disk) {
  return LoadTask(request, files, progress, disk).run(archive);
}

}  // namespace image
