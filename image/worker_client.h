// Bringing images in: runs vxn-image-worker, which alone meets the network and foreign bytes, and
// takes over what it made.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "image/archive.h"
#include "image/host_certificates.h"
#include "image/image.h"
#include "image/image_store.h"
#include "image/import_spec.h"
#include "image/platform.h"
#include "image/reference.h"
#include "image/registry_rules.h"
#include "image/search.h"

namespace image {

struct PullOptions {
  Platform platform = Platform::host();
  // "HOST[:PORT]" whose certificates are not checked and that may speak plain HTTP. localhost,
  // 127.0.0.0/8 and ::1 always are.
  std::vector<std::string> insecure_registries;
  // Of a pull: whom to ask for the image, one after another; empty: for its name as it is.
  std::vector<PullSource> places;
  bool all_platforms = false;  // of a pull: an index with all that it names
  std::vector<HostCertificates> certificates;
  unsigned at_a_time = 3;                       // blobs on their way
  std::optional<std::string> ca_file;           // PEM; trusted beside the system's
  std::optional<std::string> credentials_file;  // docker's config.json, podman's auth.json
  NameDefaults names;                           // for the names in messages
  // Whether layers stay as they came. Otherwise those that have a disk are not fetched, and the
  // others go once they have one.
  bool keep_blobs = true;
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

// Brings an image of the store to a registry as `name`, which has a tag, or the set that it was
// pulled with where `set` is given; what the registry has
// already is not sent. Its name by digest is recorded with the image. Progress items are layers'
// short digests with docker's states. Throws as pull(); corrupt also for a registry that stores
// something else.
Pushed push(ImageStore& store, const Image& image, const std::optional<ImageSet>& set,
            const Reference& name, const PullOptions& options, base::Progress& progress);

// Whether `registry` (of a name, only that counts) takes the credentials of the options. Throws
// denied where it does not, and as pull().
void verify_login(const Reference& registry, const PullOptions& options);

// What a registry finds, at most as many as the query wants. Throws unsupported for one without a
// search, and as pull().
std::vector<FoundImage> search(const Reference& registry, const SearchQuery& query,
                               const PullOptions& options);

// The tags of a repository, in the registry's order, `limit` at most.
std::vector<std::string> list_tags(const Reference& repository, unsigned limit,
                                   const PullOptions& options);

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

// Where an archive comes from.
struct ArchiveSource {
  int fd = -1;      // blocking: a file, a pipe
  std::string url;  // instead, where it is not empty; of an import only
  // Called when all of it was read and before anything is kept: throws where it was not whole.
  std::function<void()> check = [] {};
};

struct LoadChoice {
  std::optional<Platform> platform;  // none: of an image for several the one for this host
  // The name, with its tag, of the one image that there is, instead of those that the archive
  // gives.
  std::optional<Reference> name;
};

// Brings the images of an archive into the store: those of `docker save`, `podman save` (both
// formats) and OCI layouts, compressed or not. Throws, with nothing left behind: corrupt (damaged,
// hostile, no such archive), unsupported, usage (a name for several images), unavailable (no
// space), interrupted.
std::vector<Loaded> load(ImageStore& store, const ArchiveSource& source, const LoadChoice& choice,
                         const ArchiveOptions& options, base::Progress& progress);

// Makes an image of one layer of a root file system's tar, compressed or not, and gives it the
// names, each with a tag. Throws, with nothing left behind: corrupt (no tar, damaged, hostile),
// unavailable (no space; a URL as pull()), not_found and denied (of a URL), interrupted.
Image import_root(ImageStore& store, const ArchiveSource& source, const ImportSpec& spec,
                  const std::vector<Reference>& names, const PullOptions& options,
                  base::Progress& progress);

// load() of a file that is an archive of images, import_root() of any other: what it is, the worker
// sees.
std::vector<Loaded> load_or_import(ImageStore& store, int file, const LoadChoice& choice,
                                   const ImportSpec& spec, const PullOptions& options,
                                   base::Progress& progress);

// Writes images of the store to `output` as one archive, the same bytes each time. Throws
// not_found, before anything is written, for an image of which blobs are not kept, with what brings
// them back; corrupt for one that is damaged, and what was written is then of no use.
void save(const ImageStore& store, const std::vector<SavedImage>& images, ArchiveFormat format,
          int output, const ArchiveOptions& options, base::Progress& progress);

// The worker's path: $VXN_LIBEXEC_DIR/vxn-image-worker, else where it is installed.
std::string worker_path();

}  // namespace image
