// The images of one data directory: names, records, blobs and disks.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/lock.h"
#include "image/image.h"
#include "image/image_set.h"
#include "image/reference.h"
#include "image/short_names.h"
#include "image/store_layout.h"

namespace image {

// That a container was made of an image; told by the engine, which knows the containers.
struct ImageUse {
  Digest image;
  std::string container;  // its short id, for the message
  bool running = false;
  std::vector<std::string> disks;  // file names; kept on disk whatever becomes of the image
};

struct RemoveOptions {
  bool force = false;
  ShortNames names;
  std::vector<ImageUse> uses;
};

// What remove() did, in the order in which docker tells it.
struct RemovedImage {
  std::vector<Reference> untagged;  // "Untagged: …"
  std::optional<Digest> image;      // "Deleted: sha256:…", where the image itself went
  std::vector<Digest> layers;       // "Deleted: sha256:…" of each layer's chain id, top first
  std::uint64_t freed_bytes = 0;
};

struct Collected {
  unsigned files = 0;
  std::uint64_t bytes = 0;
};

// Reads need no lock: every file is replaced whole, and index.json, the only place where names are
// kept, is replaced last. Changes take the store's lock, with a deadline of 30 s (throws
// unavailable). A process that dies in between leaves at most files that nothing refers to, which
// collect_garbage() removes. Records of a newer schema than ours are refused (unsupported).
class ImageStore {
 public:
  // `root` is DATA/images. Nothing is made before the first change; an absent store is empty.
  explicit ImageStore(std::string root);

  const StoreLayout& layout() const { return layout_; }

  // By name ("alpine", "alpine:3.20", "alpine@sha256:…"), by id ("sha256:…", 64 digits), or by the
  // beginning of an id. Names win over ids. Throws usage for text that is neither and for an
  // ambiguous beginning.
  std::optional<Image> find(std::string_view text, const ShortNames& names = {}) const;
  std::optional<Image> find(const Reference& name) const;
  // Of a name that stands for several platforms: all of them.
  std::optional<ImageSet> find_set(const Reference& name) const;
  // As the first; throws not_found, "No such image: TEXT", where it is absent.
  Image require(std::string_view text, const ShortNames& names = {}) const;
  // All of them, newest first; those without a name too.
  std::vector<Image> list() const;

  // Gives an image one more name, taking it from whichever image has it. `target` has a tag.
  void tag(const Image& image, const Reference& target);
  // Takes names from it, all where there are none to take; it stays. Throws not_found, and changes
  // nothing, for one that is not its.
  void remove_names(const Image& image, const std::vector<Reference>& names);
  // What docker's rmi does: a name is untagged, and with its last name the image goes, its blobs
  // and disks with it unless others need them. Throws not_found, or failure ("conflict: …") for an
  // image in use, or by id with several names, in docker's words; some of these `force` overrules.
  RemovedImage remove(std::string_view text, const RemoveOptions& options);

  std::string disk_path(const Layer& layer) const { return layout_.disk(layer.disk); }

  // Removes blobs, disks and records that no image refers to, and what pulls left that are no
  // longer under way. May be called at any time.
  Collected collect_garbage(std::span<const ImageUse> uses);
  // Removes what pulls left that were killed. Costs one look into a directory where there is none.
  void collect_abandoned();

  // --- For what brings images in (pull, load) ---

  // Makes the directories where they are absent and takes the lock.
  base::FileLock lock_for_change();
  // Records the image and adds `names`, each with a tag or a digest, to those that it has. Its
  // blobs and disks must lie in place, and `held` be this store's lock. Writes only what is new.
  void put(const base::FileLock& held, const Image& image, const std::vector<Reference>& names);
  // The same of several, of which the name is that of the set, and finds the one for this host.
  void put(const base::FileLock& held, const ImageSet& set, const std::vector<Reference>& names);
  // Every layer whose disk is in place, each once; for reuse.
  std::vector<Layer> known_layers() const;

 private:
  StoreLayout layout_;
};

}  // namespace image
