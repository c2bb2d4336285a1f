// What the parent asks of vxn-image-worker: JSON in a sealed memory file. The two are of one build,
// so the format has no version.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "image/archive.h"
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
  worker_archive_fd = 11,     // read for a load, written for a save; blocking
};

// What it is started for: its first argument.
inline constexpr std::string_view worker_pull = "pull";
inline constexpr std::string_view worker_push = "push";
inline constexpr std::string_view worker_login = "login";
inline constexpr std::string_view worker_load = "load";
inline constexpr std::string_view worker_save = "save";
inline constexpr std::string_view worker_disk = "disk";
// Of the last: a tar stream becomes a disk. Beside them worker_report_fd.
enum WorkerDiskFd : int { worker_tar_fd = 3, worker_output_fd = 4 };

// Of a pull, a push or a login.
struct WorkerRequest {
  Reference name;
  Platform platform;
  NameDefaults names;
  std::vector<std::string> insecure_registries;
  int stall_seconds = 30;
  bool has_credentials = false;
  bool has_ca = false;
  std::vector<Layer> known;  // whose disks are in the store
  // Of a push: what is to be there as `name`, and which repositories of that registry have had its
  // blobs.
  std::optional<Image> pushed;
  std::vector<std::string> sources;
};

std::string encode(const WorkerRequest& request);
WorkerRequest parse_worker_request(std::string_view text);

// Of a load or a save.
struct ArchiveRequest {
  NameDefaults names;
  // Of a load. No platform: this host's where there is a choice.
  std::optional<Platform> platform;
  std::vector<Layer> known;
  // Of a save.
  ArchiveFormat format = ArchiveFormat::docker;
  std::vector<SavedImage> images;
};

std::string encode(const ArchiveRequest& request);
ArchiveRequest parse_archive_request(std::string_view text);

}  // namespace image
