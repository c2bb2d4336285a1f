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

LayeredTable make_layered_table(const LayeredDiskRequest& request, const base::Deadline& deadline) {
  const std::string index = request.run_directory + "/loops";
  LayeredTable made;
  std::vector<LoopDevice>& loops = made.loops;
  std::vector<GptPartition> partitions;
  for (const std::string& layer : request.layers) {
    loops.push_back(LoopDevice::share(layer, index, deadline));
    partitions.push_back({.bytes = bytes_of(loops.back()),
                          .guid = partition_guid(request.guid, partitions.size() + 1)});
  }
  const GptImage image = make_gpt(request.guid, partitions, request.total_bytes);
  LoopDevice table = LoopDevice::attach(table_file(image).get(), Access::read_only);

  const std::uint64_t head = image.head.size() / sector;
  const std::uint64_t tail = image.tail.size() / sector;
  const std::uint64_t end = image.total_bytes / sector - tail;
  std::uint64_t at = head;
  made.segments.push_back({.device = table.device(), .offset = 0, .length = head});
  for (std::size_t i = 0; i < loops.size(); ++i) {
    made.segments.push_back({.device = loops[i].device(), .length = partitions[i].bytes / sector});
    at += made.segments.back().length;
  }
  if (at < end) made.segments.push_back({.device = 0, .length = end - at});
  made.segments.push_back({.device = table.device(), .offset = head, .length = tail});
  loops.push_back(std::move(table));
  return made;
}

LayeredDisk LayeredDisk::assemble(const LayeredDiskRequest& request,
                                  const base::Deadline& deadline) {
  LayeredTable table = make_layered_table(request, deadline);
  DmDevice device = DmDevice::create(request.name, table.segments, deadline);
  return {std::move(table.loops), std::move(device)};
}

}  // namespace xen
