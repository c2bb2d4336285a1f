#include "image/manifest.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"

namespace image {
namespace {

using base::ErrorKind;
using base::Json;

constexpr std::string_view docker_manifest = "application/vnd.docker.distribution.manifest.v2+json";
constexpr std::string_view docker_list =
    "application/vnd.docker.distribution.manifest.list.v2+json";

constexpr std::array manifest_types{docker_manifest, docker_list, manifest_media_type,
                                    index_media_type};
constexpr std::array<std::string_view, 2> config_types{
    "application/vnd.docker.container.image.v1+json", config_media_type};
constexpr std::array<std::string_view, 6> layer_types{
    "application/vnd.docker.image.rootfs.diff.tar",
    "application/vnd.docker.image.rootfs.diff.tar.gzip",
    "application/vnd.docker.image.rootfs.diff.tar.zstd",
    layer_media_type,
    "application/vnd.oci.image.layer.v1.tar+gzip",
    "application/vnd.oci.image.layer.v1.tar+zstd",
};
// Layers that a licence keeps out of registries (OCI image-spec, layer.md).
constexpr std::array<std::string_view, 2> foreign_types{
    "application/vnd.docker.image.rootfs.foreign.diff.tar",
    "application/vnd.oci.image.layer.nondistributable.v1.tar"};

constexpr std::int64_t largest_blob = std::int64_t{1} << 50;
constexpr std::size_t longest_type = 255;
constexpr std::size_t most_manifests = 4096;

[[noreturn]] void corrupt(const std::string& message) {
  throw base::Error(ErrorKind::corrupt, "the manifest: " + message);
}
[[noreturn]] void unsupported(const std::string& message) {
  throw base::Error(ErrorKind::unsupported, message);
}

template <typename Types>
bool is_one_of(std::string_view type, const Types& types) {
  return std::ranges::find(types, type) != types.end();
}

void check_layer_type(const std::string& type) {
  const bool foreign = std::ranges::any_of(
      foreign_types, [&](std::string_view start) { return type.starts_with(start); });
  if (foreign)
    unsupported("a layer of type \"" + base::printable(type, 100) +
                "\" is not distributed by registries");
  if (!is_one_of(type, layer_types))
    unsupported("a layer is of type \"" + base::printable(type, 100) + "\"");
}

Descriptor descriptor_from_json(const Json& json) {
  if (!json.is_object()) corrupt("a descriptor is no object");
  Descriptor descriptor{.media_type = base::text_member(json, "mediaType")};
  if (descriptor.media_type.size() > longest_type) corrupt("a media type is too long");
  const std::string digest = base::text_member(json, "digest");
  const auto parsed = Digest::try_parse(digest);
  if (!parsed) corrupt("\"" + base::printable(digest, 100) + "\" is no digest");
  if (parsed->algorithm != "sha256") unsupported("digests of " + parsed->algorithm);
  descriptor.digest = *parsed;
  if (!json.contains("size")) corrupt("a descriptor has no size");
  const std::int64_t size = base::integer_member(json, "size", -1);
  if (size < 0 || size > largest_blob) corrupt("a size is out of bounds");
  descriptor.bytes = static_cast<std::uint64_t>(size);
  return descriptor;
}

Manifest manifest_from_json(const Json& json) {
  const Json* config = base::object_member(json, "config");
  const Json* layers = base::array_member(json, "layers");
  if (config == nullptr) corrupt("it has no configuration");
  Manifest manifest{.config = descriptor_from_json(*config)};
  if (!is_one_of(manifest.config.media_type, config_types))
    unsupported("no container image: its configuration is of type \"" +
                base::printable(manifest.config.media_type, 100) + "\"");
  if (layers == nullptr) return manifest;
  if (layers->size() > most_layers)
    unsupported("the image has " + std::to_string(layers->size()) + " layers; at most " +
                std::to_string(most_layers) + " can be stacked");
  for (const Json& layer : *layers) {
    manifest.layers.push_back(descriptor_from_json(layer));
    check_layer_type(manifest.layers.back().media_type);
  }
  return manifest;
}

std::optional<Platform> platform_from_json(const Json& entry) {
  const Json* platform = base::object_member(entry, "platform");
  if (platform == nullptr) return std::nullopt;
  return Platform{.os = base::text_member(*platform, "os"),
                  .architecture = base::text_member(*platform, "architecture"),
                  .variant = base::text_member(*platform, "variant")};
}

Index index_from_json(const Json& json) {
  const Json* manifests = base::array_member(json, "manifests");
  if (manifests == nullptr) corrupt("an index without manifests");
  if (manifests->size() > most_manifests) corrupt("an index with too many manifests");
  Index index;
  for (const Json& entry : *manifests)
    index.manifests.push_back(
        {.manifest = descriptor_from_json(entry), .platform = platform_from_json(entry)});
  return index;
}

void refuse_schema_1(const Json& json, std::string_view content_type) {
  const bool typed = content_type.starts_with("application/vnd.docker.distribution.manifest.v1");
  const std::int64_t schema = base::integer_member(json, "schemaVersion");
  if (typed || schema == 1)
    unsupported(
        "a manifest of docker's schema 1, which nothing writes any more: push the image again "
        "with a current tool");
  if (schema != 2) corrupt("its schemaVersion is not 2");
}

// One document must not be read as two different things (CVE-2021-41190): what it says itself, what
// the registry says and how it is built have to agree.
std::string type_of(const Json& json, std::string_view content_type) {
  const bool looks_like_index = json.contains("manifests");
  if (looks_like_index && (json.contains("layers") || json.contains("config")))
    corrupt("it is both an index and an image");
  std::string type = base::text_member(json, "mediaType");
  const bool known_header = is_one_of(content_type, manifest_types);
  if (type.empty())
    type = known_header ? content_type : looks_like_index ? index_media_type : manifest_media_type;
  else if (known_header && type != content_type)
    corrupt("it says to be " + base::printable(type, 100) + ", the registry says " +
            std::string(content_type));
  if (!is_one_of(type, manifest_types))
    unsupported("no container image: a manifest of type \"" + base::printable(type, 100) + "\"");
  if (looks_like_index != (type == index_media_type || type == docker_list))
    corrupt("its content does not fit its type");
  return type;
}

}  // namespace

ParsedManifest parse_manifest(std::string_view bytes, std::string_view content_type) {
  content_type = base::trim(content_type.substr(0, content_type.find(';')));
  const Json json = base::parse_json(bytes, "the manifest", {.bytes = largest_manifest});
  if (!json.is_object()) corrupt("it is no object");
  refuse_schema_1(json, content_type);
  ParsedManifest parsed{.media_type = type_of(json, content_type), .content = {}};
  if (json.contains("manifests"))
    parsed.content = index_from_json(json);
  else
    parsed.content = manifest_from_json(json);
  return parsed;
}

const Descriptor& choose_manifest(const Index& index, const Platform& wanted) {
  std::vector<Platform> offered;
  for (const IndexedManifest& entry : index.manifests)
    offered.push_back(entry.platform.value_or(Platform{.os = "unknown"}));
  if (const auto chosen = choose_platform(offered, wanted))
    return index.manifests[*chosen].manifest;
  // What does not say what it runs on is taken where there is nothing better.
  for (const IndexedManifest& entry : index.manifests)
    if (!entry.platform) return entry.manifest;
  unsupported("no matching manifest for " + wanted.text() + " in the manifest list entries");
}

std::vector<Descriptor> blobs_of_manifest(std::string_view bytes) {
  const Json json = base::parse_json(bytes, "the manifest", {.bytes = largest_manifest});
  if (!json.is_object()) corrupt("it is no object");
  std::vector<Descriptor> blobs;
  if (const Json* config = base::object_member(json, "config"))
    blobs.push_back(descriptor_from_json(*config));
  const Json* layers = base::array_member(json, "layers");
  if (layers != nullptr && layers->size() > most_manifests) corrupt("it has too many layers");
  if (layers != nullptr)
    for (const Json& layer : *layers) blobs.push_back(descriptor_from_json(layer));
  return blobs;
}

std::string accepted_manifests() {
  std::string all;
  for (const std::string_view type : manifest_types) (all += all.empty() ? "" : ", ") += type;
  return all;
}

}  // namespace image
