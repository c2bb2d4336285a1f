// Where fuzz targets over images put what they make.
#pragma once

#include <fcntl.h>

#include <string>

#include "base/file.h"
#include "image/sha256.h"
#include "image/worker_files.h"
#include "tests/support/fuzz_checks.h"

namespace testing_support {

// A staging directory, and a store without anything.
class FuzzStore {
 public:
  FuzzStore() : directory_("/tmp", "image-fuzz") {}

  image::WorkerFiles files() const {
    return {.staging = staging_.get(), .blobs = empty_.get(), .disks = empty_.get()};
  }
  // Whether it was staged, under its digest.
  void check(const image::Descriptor& blob) const {
    const std::string bytes = base::read_file(path("staging/blob-" + blob.digest.hex), 1 << 24);
    require(bytes.size() == blob.bytes && image::sha256_of(bytes) == blob.digest);
  }
  void clear() const {
    for (const std::string& name : base::list_directory(path("staging")))
      base::remove_file(path("staging/" + name));
  }

 private:
  std::string path(const std::string& name) const { return directory_.path() + "/" + name; }
  base::UniqueFd make(const std::string& name) const {
    base::make_directories(path(name));
    return base::open_file(path(name), O_RDONLY | O_DIRECTORY);
  }

  base::TempDir directory_;
  base::UniqueFd staging_ = make("staging");
  base::UniqueFd empty_ = make("empty");
};

}  // namespace testing_support
