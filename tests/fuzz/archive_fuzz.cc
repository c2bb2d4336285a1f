// Any bytes as an archive of images: what is loaded of it names only blobs that were staged, under
// their digests, or base::Error. Its documents, alone, keep their limits.
#include <fcntl.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>

#include "base/error.h"
#include "base/file.h"
#include "image/archive.h"
#include "image/load_task.h"
#include "image/sha256.h"
#include "tests/support/fuzz_checks.h"
#include "tests/support/tar_mutator.h"

namespace {

using testing_support::refusable;
using testing_support::require;

// A staging directory, and a store without anything.
class Store {
 public:
  Store() : directory_("/tmp", "archive-fuzz") {}

  image::WorkerFiles files() const {
    return {.staging = staging_.get(), .blobs = empty_.get(), .disks = empty_.get()};
  }
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

void load(const Store& store, std::span<const std::byte> bytes) {
  image::MemorySource archive(bytes);
  base::NoProgress silent;
  const image::WorkerLoaded loaded = image::run_load(
      {.names = {}, .platform = {}, .known = {}, .images = {}}, archive, store.files(), silent,
      {.block_size = 4096, .threads = 1, .max_entries = 2000, .max_disk_bytes = 64 << 20});
  for (const image::LoadedImage& one : loaded.images) {
    store.check(one.image.manifest);
    store.check(one.image.config_blob);
    for (const image::Layer& layer : one.image.layers) store.check(layer.blob);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Store store;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  refusable([&] { load(store, base::as_bytes(text)); });
  store.clear();
  refusable([&] { image::parse_archive_index(text); });
  refusable([&] { image::parse_archive_manifest(text, {}); });
  return 0;
}
