// A store in a directory of its own, and images to put into it.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "base/file.h"
#include "image/image_store.h"

namespace image {

inline Digest digest_of(char c) { return *Digest::sha256(std::string(64, c)); }

class StoreTest : public testing::Test {
 protected:
  base::TempDir directory_{testing::TempDir(), "store"};
  ImageStore store_{directory_.path() + "/images"};

  // With one layer each: the letter names the id, `layer` its layer.
  Image make_image(char id, char layer, const std::string& created = "2024-01-01T00:00:00Z") {
    const Layer one{
        .blob = {.media_type = "application/vnd.oci.image.layer.v1.tar+gzip",
                 .digest = digest_of(layer),
                 .bytes = 5},
        .diff_id = digest_of(layer),
        .chain_id = digest_of(layer),
        .tar_bytes = 1024,
        .content_bytes = 5,
        .disk = std::string(64, layer) + ".v1.squashfs",
        .disk_bytes = 4,
    };
    return {.id = digest_of(id),
            .manifest = {.media_type = "application/vnd.oci.image.manifest.v1+json",
                         .digest = digest_of(static_cast<char>(id == '9' ? 'a' : id + 1)),
                         .bytes = 8},
            .config_blob = {.media_type = "application/vnd.oci.image.config.v1+json",
                            .digest = digest_of(id),
                            .bytes = 6},
            .config = {.os = "linux",
                       .architecture = "amd64",
                       .created = base::parse_time(created),
                       .cmd = {"sh", "-c", "echo \"hi\"\n"},
                       .env = {"PATH=/bin", "EMPTY="},
                       .labels = {{"a", "b"}},
                       .history = {{.created_by = "ADD", .empty_layer = true}}},
            .layers = {one},
            .size_bytes = 1024};
  }

  void put(const Image& image, const std::string& name) {
    const base::FileLock lock = store_.lock_for_change();
    for (const Layer& layer : image.layers) {
      base::replace_file(store_.layout().blob(layer.blob.digest), "layer");
      base::replace_file(store_.disk_path(layer), "disk");
    }
    base::replace_file(store_.layout().blob(image.config_blob.digest), "config");
    base::replace_file(store_.layout().blob(image.manifest.digest), "manifest");
    std::vector<Reference> names;
    if (!name.empty()) names.push_back(Reference::parse(name).with_default_tag());
    store_.put(lock, image, names);
  }

  std::vector<std::string> files(const std::string& folder) const {
    return base::list_directory(store_.layout().root + "/" + folder);
  }
};

}  // namespace image
