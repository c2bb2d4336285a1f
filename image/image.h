// An image in the store, as values: what it is made of and what it wants to run.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "image/digest.h"
#include "image/platform.h"
#include "image/reference.h"

namespace image {

struct History {
  std::optional<base::WallTime> created;
  std::string created_by;
  std::string author;
  std::string comment;
  bool empty_layer = false;
  bool operator==(const History&) const = default;
};

// The runtime part of an image's configuration (OCI image-spec, config.md), normalised: valid UTF-8
// without NUL throughout, lists sorted where the format has a set.
struct ImageConfig {
  std::string os;
  std::string architecture;
  std::string variant;
  std::optional<base::WallTime> created;
  std::string author;

  std::vector<std::string> entrypoint;
  std::vector<std::string> cmd;
  std::vector<std::string> env;  // "NAME=VALUE"
  std::string working_dir;
  std::string user;                        // "", "NAME", "UID", "NAME:GROUP", …
  std::vector<std::string> exposed_ports;  // "80/tcp"
  std::vector<std::string> volumes;        // paths in the container
  std::map<std::string, std::string> labels;
  std::string stop_signal;
  std::vector<History> history;

  Platform platform() const { return {.os = os, .architecture = architecture, .variant = variant}; }
  bool operator==(const ImageConfig&) const = default;
};

// A blob by digest, size and media type (OCI image-spec, descriptor.md).
struct Descriptor {
  std::string media_type;
  Digest digest;
  std::uint64_t bytes = 0;
  bool operator==(const Descriptor&) const = default;
};

// One layer, from the bottom up. Its disk is read-only and may be shared with other images.
struct Layer {
  Descriptor blob;                  // as the registry has it
  Digest diff_id;                   // of the uncompressed tar
  Digest chain_id;                  // of this layer on those below it
  std::uint64_t tar_bytes = 0;      // uncompressed
  std::uint64_t content_bytes = 0;  // the sizes of its files, as docker counts
  std::string disk;                 // the disk's file name in the store: ImageStore::disk_path()
  std::uint64_t disk_bytes = 0;
  bool operator==(const Layer&) const = default;
};

struct Image {
  Digest id;  // the digest of the configuration, as docker's image id
  Descriptor manifest;
  Descriptor config_blob;
  std::vector<Reference> tags;     // NAME:TAG
  std::vector<Reference> digests;  // NAME@DIGEST, as pulled (docker's RepoDigests)
  ImageConfig config;
  std::vector<Layer> layers;     // the lowest first
  std::uint64_t size_bytes = 0;  // the sum of the uncompressed layers, as podman counts
  bool blobs_dropped = false;    // its layers' blobs are not kept: a registry has them

  const std::optional<base::WallTime>& created() const { return config.created; }
  std::uint64_t content_bytes() const {
    std::uint64_t bytes = 0;
    for (const Layer& layer : layers) bytes += layer.content_bytes;
    return bytes;
  }
  // With the last tag of a repository its digests go too. All that went, `name` first.
  std::vector<Reference> remove_name(const Reference& name);
  bool operator==(const Image&) const = default;
};

}  // namespace image
