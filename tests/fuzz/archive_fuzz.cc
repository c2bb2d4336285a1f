// Any bytes as an archive of images: what is loaded of it names only blobs that were staged, under
// their digests, or base::Error. Its documents, alone, keep their limits.
#include <cstdint>
#include <span>
#include <string>

#include "image/archive.h"
#include "image/load_task.h"
#include "tests/support/fuzz_store.h"
#include "tests/support/tar_mutator.h"

namespace {

using testing_support::FuzzStore;
using testing_support::refusable;

void load(const FuzzStore& store, std::span<const std::byte> bytes) {
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
  static const FuzzStore store;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  refusable([&] { load(store, base::as_bytes(text)); });
  store.clear();
  refusable([&] { image::parse_archive_index(text); });
  refusable([&] { image::parse_archive_manifest(text, {}); });
  return 0;
}
