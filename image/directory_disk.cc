#include "image/directory_disk.h"

#include "base/log.h"
#include "image/tar_process.h"
#include "image/worker_process.h"

namespace image {

std::uint64_t write_directory_disk(const std::string& directory, int output,
                                   const DirectoryDiskOptions& options) {
  TarProcess tar(directory, {"--sparse"}, {"."});
  const WorkerDisk disk =
      read_tar(tar, [&] { return run_disk_worker(tar.output(), output, options); });
  if (disk.dropped_xattrs != 0)
    base::log_debug("{}: {} extended attributes were left out", directory, disk.dropped_xattrs);
  return disk.bytes;
}

}  // namespace image
