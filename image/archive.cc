#include "image/archive.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "image/annotations.h"
#include "image/manifest.h"

namespace image {
namespace {

using base::Json;

constexpr std::size_t most_images = 1024;
constexpr base::JsonLimits limits{.bytes = largest_archive_document};

[[noreturn]] void corrupt(const std::string& message) {
  throw base::Error(base::ErrorKind::corrupt, message);
}

Json entry_of(const SavedImage& saved, const Reference* name, ArchiveFormat format) {
  const Descriptor& manifest = saved.image.manifest;
  const Platform platform = saved.image.config.platform();
  Json entry{{"mediaType", manifest.media_type},
             {"digest", manifest.digest.text()},
             {"size", manifest.bytes}};
  if (name != nullptr)
    entry["annotations"] = {
        {annotation::containerd_name, name->canonical()},
        {annotation::ref_name, format == ArchiveFormat::docker ? *name->tag() : name->canonical()}};
  entry["platform"] = {{"architecture", platform.architecture}, {"os", platform.os}};
  if (!platform.variant.empty()) entry["platform"]["variant"] = platform.variant;
  return entry;
}

std::optional<Reference> name_of(const std::string& text, const NameDefaults& defaults) {
  try {
    const Reference name = Reference::parse(text, defaults);
    if (name.tag()) return name.with_tag(*name.tag());
  } catch (const base::Error&) {
    // Somebody else's idea of a name.
  }
  return std::nullopt;
}

void add_name(std::vector<Reference>& names, const std::string& text,
              const NameDefaults& defaults) {
  const auto name = text.empty() ? std::nullopt : name_of(text, defaults);
  if (name && std::ranges::find(names, *name) == names.end()) names.push_back(*name);
}

// containerd's annotation is always a whole name; the other is one only where it looks like one.
std::vector<Reference> annotated_names(const Json& entry, const NameDefaults& defaults) {
  std::vector<Reference> names;
  const Json* annotations = base::object_member(entry, "annotations");
  if (annotations == nullptr) return names;
  add_name(names, base::text_member(*annotations, annotation::containerd_name), {});
  const std::string name = base::text_member(*annotations, annotation::ref_name);
  const bool whole = name.find('/') != std::string::npos || name.find(':') != std::string::npos;
  if (names.empty() && whole) add_name(names, name, defaults);
  return names;
}

const Json& checked_list(const Json& list) {
  if (!list.is_array()) corrupt("it is no list of images");
  if (list.size() > most_images) corrupt("it names more than 1024 images");
  return list;
}

}  // namespace

std::string archive_layout() { return R"({"imageLayoutVersion":"1.0.0"})"; }

std::string archive_path(const Digest& digest) { return "blobs/sha256/" + digest.hex; }

std::string archive_index(const std::vector<SavedImage>& images, ArchiveFormat format) {
  Json manifests = Json::array();
  for (const SavedImage& saved : images) {
    if (saved.names.empty()) manifests.push_back(entry_of(saved, nullptr, format));
    for (const Reference& name : saved.names) manifests.push_back(entry_of(saved, &name, format));
  }
  return base::dump_compact({{"schemaVersion", 2},
                             {"mediaType", "application/vnd.oci.image.index.v1+json"},
                             {"manifests", std::move(manifests)}});
}

std::string archive_manifest(const std::vector<SavedImage>& images, const NameDefaults& defaults) {
  Json list = Json::array();
  for (const SavedImage& saved : images) {
    Json names = Json::array();
    for (const Reference& name : saved.names) names.push_back(name.familiar(defaults));
    Json layers = Json::array();
    for (const Layer& layer : saved.image.layers) layers.push_back(archive_path(layer.blob.digest));
    list.push_back({{"Config", archive_path(saved.image.config_blob.digest)},
                    {"RepoTags", std::move(names)},
                    {"Layers", std::move(layers)}});
  }
  return base::dump_compact(list);
}

std::vector<ArchivedManifest> parse_archive_index(std::string_view text,
                                                  const NameDefaults& defaults) {
  return base::doing(std::string(archive_index_file), [&] {
    const Json json = base::parse_json(text, "the index", limits);
    const Json* manifests = base::array_member(json, "manifests");
    if (manifests == nullptr) corrupt("it has no manifests");
    std::vector<ArchivedManifest> all;
    const Index index = std::get<Index>(parse_manifest(text, index_media_type).content);
    for (std::size_t i = 0; i < checked_list(*manifests).size(); ++i)
      all.push_back({.manifest = index.manifests[i].manifest,
                     .platform = index.manifests[i].platform,
                     .names = annotated_names((*manifests)[i], defaults)});
    return all;
  });
}

std::vector<ArchivedImage> parse_archive_manifest(std::string_view text,
                                                  const NameDefaults& defaults) {
  return base::doing(std::string(archive_manifest_file), [&] {
    const Json list = base::parse_json(text, "the list of images", limits);
    std::vector<ArchivedImage> images;
    for (const Json& entry : checked_list(list)) {
      if (!entry.is_object()) corrupt("an image is no object");
      ArchivedImage image{.config = base::text_member(entry, "Config"),
                          .layers = base::list_member(entry, "Layers")};
      if (image.layers.size() > most_layers)
        throw base::Error(base::ErrorKind::unsupported,
                          "the image has " + std::to_string(image.layers.size()) +
                              " layers; at most " + std::to_string(most_layers) +
                              " can be stacked");
      for (const std::string& name : base::list_member(entry, "RepoTags"))
        add_name(image.names, name, defaults);
      images.push_back(std::move(image));
    }
    return images;
  });
}

}  // namespace image
