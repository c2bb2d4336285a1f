// The documents in an archive of images: an OCI image layout (image-spec, image-layout.md) with,
// for docker, the manifest.json of `docker save` beside it. Both name the same blobs, so one
// archive is read by whoever reads either.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "image/image.h"
#include "image/platform.h"
#include "image/reference.h"

namespace image {

enum class ArchiveFormat { docker, oci };

inline constexpr std::string_view archive_layout_file = "oci-layout";
inline constexpr std::string_view archive_index_file = "index.json";
inline constexpr std::string_view archive_manifest_file = "manifest.json";
inline constexpr std::string_view blob_directory = "blobs";
inline constexpr std::size_t largest_archive_document = std::size_t{16} << 20;

// An image and the names that it goes by in the archive, each with a tag.
struct SavedImage {
  Image image;
  std::vector<Reference> names;
};

std::string archive_layout();
// For docker the annotation ref.name is the tag, as docker writes it, for others the whole name.
std::string archive_index(const std::vector<SavedImage>& images, ArchiveFormat format);
// `defaults` are for names as people type them.
std::string archive_manifest(const std::vector<SavedImage>& images, const NameDefaults& defaults);
// "blobs/sha256/…"
std::string archive_path(const Digest& digest);

// What an archive says to hold; paths are as the documents have them.
struct ArchivedManifest {  // of index.json
  Descriptor manifest;     // of an image or of an index
  std::optional<Platform> platform;
  std::vector<Reference> names;
};
struct ArchivedImage {  // of manifest.json
  std::string config;
  std::vector<std::string> layers;  // the lowest first
  std::vector<Reference> names;
};

// Throw corrupt for what breaks the format or its limits. A name that is none is left out, as one
// that is only a tag is.
std::vector<ArchivedManifest> parse_archive_index(std::string_view text,
                                                  const NameDefaults& defaults = {});
std::vector<ArchivedImage> parse_archive_manifest(std::string_view text,
                                                  const NameDefaults& defaults);

}  // namespace image
