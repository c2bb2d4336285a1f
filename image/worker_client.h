// Bringing images in: runs vxn-image-worker, which alone meets the network and foreign bytes, and
// takes over what it made.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "image/archive.h"
#include "image/image.h"
#include "image/image_store.h"
#include "image/platform.h"
#include "image/reference.h"

namespace image {

struct PullOptions {
  Platform platform = Platform::host();
  // "HOST[:PORT]" whose certificates are not checked and that may speak plain HTTP. localhost,
  // 127.0.0.0/8 and ::1 always are.
  std::vector<std::string> insecure_registries;
  std::optional<std::string> ca_file;           // PEM; trusted beside the system's
  std::optional<std::string> credentials_file;  // docker's config.json, podman's auth.json
  NameDefaults names;                           // for the names in messages
  // A transfer that moves less than a few bytes a second for so long has failed.
  std::chrono::seconds stall_timeout{30};
  // Whom the worker becomes when we are root; empty: "vxn-image" where that user exists, else
  // "nobody". Not being root, it stays who we are.
  std::string worker_user;
  std::string worker;  // its path; empty: worker_path()
};

struct Pulled {
  Image image;
  Digest digest;         // of what the name stands for in the registry (index or manifest)
  bool changed = false;  // false: it was here already ("Image is up to date")
};

// Fetches what `name` (with tag or digest) stands for and records it in the store. Blobs and disks
// that are in the store already are neither fetched nor made again. Progress items are layers'
// short digests with docker's states, the first message is docker's "TAG: Pulling from PATH".
// Throws, with nothing left behind: not_found and denied (docker's wording), unavailable
// (connection refused, stalls, 5xx, no space), corrupt (digest or size mismatch, hostile
// manifests), unsupported (no matching platform, schema 1, artifacts), interrupted (see
// base::InterruptGuard).
Pulled pull(ImageStore& store, const Reference& name, const PullOptions& options,
            base::Progress& progress);

struct Pushed {
  Digest digest;            // of the manifest
  std::uint64_t bytes = 0;  // its size
};

// Brings an image of the store to a registry as `name`, which has a tag; what the registry has
// already is not sent. Its name by digest is recorded with the image. Progress items are layers'
// short digests with docker's states. Throws as pull(); corrupt also for a registry that stores
// something else.
Pushed push(ImageStore& store, const Image& image, const Reference& name,
            const PullOptions& options, base::Progress& progress);

// Whether `registry` (of a name, only that counts) takes the credentials of the options. Throws
// denied where it does not, and as pull().
void verify_login(const Reference& registry, const PullOptions& options);

// For archives; names and worker as in PullOptions.
struct ArchiveOptions {
  NameDefaults names;
  std::string worker_user;
  std::string worker;
};

struct Loaded {
  Image image;
  std::vector<Reference> names;  // those that the archive gives it; they are its own now
};

// Brings the images of the archive that `archive`, a file or a pipe, holds into the store: those of
// `docker save`, `podman save` (both formats) and OCI layouts, compressed or not. Without a
// platform, of an image of several the one for this host. Throws, with nothing left behind: corrupt
// (damaged, hostile, no such archive), unsupported, unavailable (no space), interrupted.
std::vector<Loaded> load(ImageStore& store, int archive, const std::optional<Platform>& platform,
                         const ArchiveOptions& options, base::Progress& progress);

// Writes images of the store to `output` as one archive, the same bytes each time. Throws corrupt
// for a blob that is damaged and not_found for one that is gone; what was written is then of no
// use.
void save(const ImageStore& store, const std::vector<SavedImage>& images, ArchiveFormat format,
          int output, const ArchiveOptions& options, base::Progress& progress);

// The worker's path: $VXN_LIBEXEC_DIR/vxn-image-worker, else where it is installed.
std::string worker_path();

}  // namespace image
