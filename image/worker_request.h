// What the parent asks of vxn-image-worker: JSON in a sealed memory file. The two are of one build,
// so the format has no version.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "image/archive.h"
#include "image/host_certificates.h"
#include "image/image.h"
#include "image/image_set.h"
#include "image/platform.h"
#include "image/reference.h"
#include "image/registry_rules.h"
#include "image/search.h"

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
  worker_archive_fd = 11,     // read for a load or an import, written for a save; blocking
};

// What it is started for: its first argument.
inline constexpr std::string_view worker_pull = "pull";
inline constexpr std::string_view worker_push = "push";
inline constexpr std::string_view worker_login = "login";
inline constexpr std::string_view worker_search = "search";
inline constexpr std::string_view worker_tags = "tags";
inline constexpr std::string_view worker_load = "load";
inline constexpr std::string_view worker_save = "save";
inline constexpr std::string_view worker_import = "import";
inline constexpr std::string_view worker_verify = "verify";
inline constexpr std::string_view worker_remake = "remake";
inline constexpr std::string_view worker_disk = "disk";
// Of the last: a tar stream becomes a disk. Beside them worker_report_fd.
enum WorkerDiskFd : int { worker_tar_fd = 3, worker_output_fd = 4 };

// Of what is asked of a registry.
struct WorkerRequest {
  Reference name;
  Platform platform;
  NameDefaults names;
  std::vector<std::string> insecure_registries;
  std::vector<HostCertificates> certificates;
  unsigned at_a_time = 3;  // blobs
  int stall_seconds = 30;
  bool has_credentials = false;
  bool has_ca = false;
  bool keep_blobs = true;    // PullOptions'
  std::vector<Layer> known;  // whose disks are in the store
  // Of a pull: whom to ask, one after another; empty: for `name` as it is.
  std::vector<PullSource> places;
  bool all_platforms = false;  // an index as it is, with all that it names
  // Of a push: what is to be there as `name`, and which repositories of that registry have had its
  // blobs.
  std::optional<Image> pushed;
  std::optional<ImageSet> pushed_set;  // instead
  std::vector<std::string> sources;
  SearchQuery search;  // of a search; of a list of tags the limit
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

// Of an import.
struct ImportRequest {
  std::string config;  // import_config() of documents.h
  std::string url;     // where the tar comes from; empty: worker_archive_fd
  int stall_seconds = 30;
  bool has_ca = false;
  // Where the archive, which can be read twice then, turns out to be one of images: how it is
  // loaded.
  std::optional<ArchiveRequest> images;
};

std::string encode(const ImportRequest& request);
ImportRequest parse_import_request(std::string_view text);

// Of a verify or a remake, which are about the store alone.
struct StoreRequest {
  std::vector<Descriptor> blobs;  // to be read; of a remake one, the manifest
  std::vector<Layer> known;       // whose disks are not to be made
};

std::string encode(const StoreRequest& request);
StoreRequest parse_store_request(std::string_view text);

}  // namespace image
