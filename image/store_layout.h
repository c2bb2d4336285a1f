// Where things lie under DATA/images.
#pragma once

#include <string>

#include "image/digest.h"

namespace image {

// `root` is an OCI image layout (image-layout.md): oci-layout, index.json, blobs/sha256/. Beside
// it, known to us only:
//   disks/     read-only disk images made of layers; can always be made again
//   records/   <image id>.json, what we know of each image; <digest of an index>.set, of what it
//              names
//   staging/   one directory and one lock for each pull under way
//   lock       held while index.json, blobs, disks or records change
struct StoreLayout {
  std::string root;

  std::string blobs() const { return root + "/blobs/sha256"; }
  std::string disks() const { return root + "/disks"; }
  std::string records() const { return root + "/records"; }
  std::string staging() const { return root + "/staging"; }
  std::string lock() const { return root + "/lock"; }
  std::string index() const { return root + "/index.json"; }

  std::string blob(const Digest& digest) const { return blobs() + "/" + digest.hex; }
  std::string disk(const std::string& name) const { return disks() + "/" + name; }
  std::string record(const Digest& id) const { return records() + "/" + id.hex + ".json"; }
  std::string set_record(const Digest& index) const { return records() + "/" + index.hex + ".set"; }
};

}  // namespace image
