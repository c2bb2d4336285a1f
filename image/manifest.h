// What a registry says about an image: manifests and indexes (OCI image-spec manifest.md,
// image-index.md; docker's schema 2), parsed from foreign bytes within limits.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "image/image.h"
#include "image/platform.h"

namespace image {

inline constexpr std::string_view manifest_media_type =
    "application/vnd.oci.image.manifest.v1+json";
inline constexpr std::string_view index_media_type = "application/vnd.oci.image.index.v1+json";
inline constexpr std::string_view config_media_type = "application/vnd.oci.image.config.v1+json";
// With "+gzip" or "+zstd" of what is compressed so.
inline constexpr std::string_view layer_media_type = "application/vnd.oci.image.layer.v1.tar";
inline constexpr std::size_t largest_manifest = std::size_t{4} << 20;
// overlayfs takes its layers as one mount option of at most a page.
inline constexpr std::size_t most_layers = 127;

struct Manifest {
  Descriptor config;
  std::vector<Descriptor> layers;  // the lowest first
};

struct IndexedManifest {
  Descriptor manifest;
  std::optional<Platform> platform;
};

struct Index {
  std::vector<IndexedManifest> manifests;
};

struct ParsedManifest {
  std::string media_type;  // what it is, whoever said so
  std::variant<Manifest, Index> content;
};

// `content_type` is the registry's header, which the document may contradict only to its own loss.
// Throws corrupt for what breaks the format or its limits, unsupported for schema 1, for artifacts
// that are no images, for layers in an unknown format and for more than most_layers.
ParsedManifest parse_manifest(std::string_view bytes, std::string_view content_type);

// The entry to take; throws unsupported, in docker's words, where none fits.
const Descriptor& choose_manifest(const Index& index, const Platform& wanted);

// What a manifest that need not be an image's names: its configuration and layers. Throws corrupt
// for what is no manifest.
std::vector<Descriptor> blobs_of_manifest(std::string_view bytes);

// For an Accept header.
std::string accepted_manifests();

}  // namespace image
