// Any bytes as the tar of a root file system, in whatever compression they seem to be: an image of
// one layer whose blobs were staged under their digests and whose documents are right, or
// base::Error.
#include <cstdint>
#include <span>
#include <string_view>

#include "image/archive_kind.h"
#include "image/import_task.h"
#include "image/manifest.h"
#include "tests/support/fuzz_store.h"
#include "tests/support/tar_mutator.h"

namespace {

using testing_support::FuzzStore;
using testing_support::refusable;
using testing_support::require;

constexpr const char* config =
    R"({"architecture":"amd64","os":"linux","config":{},"history":[{}]})";

void import(const FuzzStore& store, std::span<const std::byte> bytes) {
  image::MemorySource archive(bytes);
  base::NoProgress silent;
  const image::WorkerLoaded loaded = image::run_import(
      {.config = config, .url = {}, .images = {}}, archive, store.files(), silent,
      {.block_size = 4096, .threads = 1, .max_entries = 2000, .max_disk_bytes = 64 << 20});
  require(loaded.images.size() == 1);
  const image::Image& image = loaded.images[0].image;
  store.check(image.manifest);
  store.check(image.config_blob);
  require(image.layers.size() == 1);
  store.check(image.layers[0].blob);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const FuzzStore store;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  refusable([&] { import(store, base::as_bytes(text)); });
  store.clear();
  refusable([&] {
    image::MemorySource archive(base::as_bytes(text));
    image::holds_images(archive);
  });
  return 0;
}
