// What a layer's disk takes: reads its tar from standard input and prints the bytes of the disk,
// which it leaves in FILE. usage: layer_disk_size lz4|none|zstd FILE
#include <fcntl.h>
#include <fmt/core.h>

#include <string_view>

#include "base/error.h"
#include "base/file.h"
#include "image/byte_source.h"
#include "image/layer_disk.h"

namespace {

image::DiskCompression compression_named(std::string_view name) {
  if (name == "zstd") return image::DiskCompression::zstd;
  return name == "none" ? image::DiskCompression::none : image::DiskCompression::lz4;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  try {
    const base::UniqueFd output = base::open_file(argv[2], O_RDWR | O_CREAT | O_TRUNC, 0600);
    image::FdSource tar(0);
    const image::LayerDiskResult result =
        image::write_layer_disk(tar, output.get(), {}, {.compression = compression_named(argv[1])});
    fmt::print("{}\n", result.disk_bytes);
  } catch (const base::Error& error) {
    fmt::print(stderr, "layer_disk_size: {}\n", error.message());
    return 1;
  }
  return 0;
}
