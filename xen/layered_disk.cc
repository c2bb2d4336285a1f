#include "xen/layered_disk.h"

#include <fmt/format.h>
#include <linux/fs.h>
#include <sys/ioctl.h>

#include "base/error.h"
#include "xen/gpt.h"

namespace xen {
namespace {

constexpr std::uint64_t sector = 512;

std::uint64_t bytes_of(const LoopDevice& loop) {
  std::uint64_t bytes = 0;
  if (::ioctl(loop.fd(), BLKGETSIZE64, &bytes) < 0) base::throw_errno(loop.path());
  return bytes;
}

base::Uuid partition_guid(const base::Uuid& disk, std::size_t number) {
  auto bytes = disk.bytes();
  bytes[14] ^= static_cast<std::uint8_t>(number >> 8);
  bytes[15] ^= static_cast<std::uint8_t>(number);
  return base::Uuid(bytes);
}

// Head and tail of the partition table as a nameless file in memory.
base::UniqueFd table_file(const GptImage& image) {
  base::UniqueFd fd = base::memory_file("vxn-gpt");
  base::write_all(fd.get(), image.head);
  base::write_all(fd.get(), image.tail);
  return fd;
}

}  // namespace

LayeredDisk LayeredDisk::assemble(const LayeredDiskRequest& request,
                                  const base::Deadline& deadline) {
  const std::string index = request.run_directory + "/loops";
  std::vector<LoopDevice> loops;
  std::vector<GptPartition> partitions;
  for (const std::string& layer : request.layers) {
    loops.push_back(LoopDevice::share(layer, index, deadline));
    partitions.push_back({.bytes = bytes_of(loops.back()),
                          .guid = partition_guid(request.guid, partitions.size() + 1)});
  }
  const GptImage image = make_gpt(request.guid, partitions);
  LoopDevice table = LoopDevice::attach(table_file(image).get(), Access::read_only);

  const std::uint64_t head = image.head.size() / sector;
  std::vector<DmSegment> segments = {{.device = table.device(), .offset = 0, .length = head}};
  for (std::size_t i = 0; i < loops.size(); ++i)
    segments.push_back({.device = loops[i].device(), .length = partitions[i].bytes / sector});
  segments.push_back(
      {.device = table.device(), .offset = head, .length = image.tail.size() / sector});
  loops.push_back(std::move(table));
  DmDevice device = DmDevice::create(request.name, segments, deadline);
  return {std::move(loops), std::move(device)};
}

}  // namespace xen
