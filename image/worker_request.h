// What the parent asks of vxn-image-worker: JSON in a sealed memory file. The two are of one build,
// so the format has no version.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "image/image.h"
#include "image/platform.h"
#include "image/reference.h"

namespace image {

// The worker's descriptors.
enum WorkerFd : int {
  worker_staging_fd = 3,  // a directory of its own; what it makes is "blob-HEX" and "disk-NAME"
  worker_blobs_fd = 4,    // the store's directories, for reading
  worker_disks_fd = 5,
  worker_request_fd = 6,
  worker_report_fd = 7,  // see worker_protocol.h
  worker_lock_fd = 8,    // held open so that the staging directory counts as in use while it lives
  worker_credentials_fd = 9,  // docker's config.json; closed where there is none
  worker_ca_fd = 10,          // PEM; closed where there is none
};

// What it is started for: its first argument.
inline constexpr std::string_view worker_pull = "pull";
inline constexpr std::string_view worker_disk = "disk";
// Of the second: a tar stream becomes a disk. Beside them worker_report_fd.
enum WorkerDiskFd : int { worker_tar_fd = 3, worker_output_fd = 4 };

struct WorkerRequest {
  Reference name;
  Platform platform;
  NameDefaults names;
  std::vector<std::string> insecure_registries;
  int stall_seconds = 30;
  bool has_credentials = false;
  bool has_ca = false;
  std::vector<Layer> known;  // whose disks are in the store
};

std::string encode(const WorkerRequest& request);
WorkerRequest parse_worker_request(std::string_view text);

}  // namespace image
