// Any bytes as a layer, compressed or not: a disk comes of them that can be read from end to end,
// the same twice over, or base::Error.
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/fd.h"
#include "image/inflate.h"
#include "image/layer_disk.h"
#include "image/squashfs_reader.h"
#include "tests/support/tar_mutator.h"

namespace {

using image::SquashfsReader;

base::UniqueFd lower_disk() {
  testing_support::TarBuilder tar;
  tar.directory("a/", 0700).file("a/b", "below").symlink("a/l", "b").file("a/.wh.w", "");
  const std::string bytes = tar.finish();
  image::MemorySource source(base::as_bytes(bytes));
  base::UniqueFd fd = base::memory_file("disk");
  image::write_layer_disk(source, fd.get(), {}, {});
  return fd;
}

void read_all(SquashfsReader& reader, SquashfsReader::Reference directory) {
  for (const auto& [name, reference] : reader.list(directory)) {
    if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos)
      std::abort();
    const image::SquashfsInode inode = reader.inode(reference);
    if (inode.type == image::EntryType::directory) read_all(reader, reference);
    if (inode.type != image::EntryType::file || inode.size > (1u << 20)) continue;
    std::vector<std::byte> content(inode.size + 1);
    std::size_t done = 0;
    while (const std::size_t count = reader.read(reference, done, std::span(content).subspan(done)))
      done += count;
    if (done != inode.size) std::abort();
  }
}

// nullopt where it is refused.
std::optional<std::string> convert(std::span<const std::byte> bytes, int below) {
  const base::UniqueFd fd = base::memory_file("disk");
  image::LayerDiskResult result;
  try {
    image::MemorySource source(bytes);
    image::Inflate inflate(source, {.bytes = 4 << 20});
    result = image::write_layer_disk(inflate, fd.get(), {.disks = {below}},
                                     {.block_size = 4096,
                                      .threads = 1,
                                      .max_entries = 2000,
                                      .max_file_bytes = 1 << 28,
                                      .max_total_bytes = 1 << 30,
                                      .max_disk_bytes = 64 << 20});
  } catch (const base::Error&) {
    return std::nullopt;
  }
  SquashfsReader reader(fd.get());  // what we wrote must be readable
  read_all(reader, reader.root());
  std::string disk(result.disk_bytes, '\0');
  if (pread(fd.get(), disk.data(), disk.size(), 0) != static_cast<ssize_t>(disk.size()))
    std::abort();
  return disk;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const base::UniqueFd below = lower_disk();
  const auto bytes = std::as_bytes(std::span(data, size));
  if (convert(bytes, below.get()) != convert(bytes, below.get())) std::abort();
  return 0;
}
