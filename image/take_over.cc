#include "image/take_over.h"

#include <sys/stat.h>

#include <string>
#include <vector>

#include "base/error.h"
#include "base/failpoint.h"
#include "base/file.h"
#include "image/image_files.h"

namespace image {
namespace {

// A file that the store needs for an image.
struct Piece {
  std::string staged;
  std::string target;
  std::uint64_t bytes = 0;

  // What is in the store stays as it is.
  bool in_place() const {
    struct stat status {};
    return lstat(target.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
           static_cast<std::uint64_t>(status.st_size) == bytes;
  }
};

Piece blob_piece(const StoreLayout& layout, const Descriptor& blob) {
  return {
      .staged = "blob-" + blob.digest.hex, .target = layout.blob(blob.digest), .bytes = blob.bytes};
}

void add_pieces(const StoreLayout& layout, const Image& image, std::vector<Piece>& pieces) {
  for (const Layer& layer : image.layers)
    pieces.push_back({.staged = "disk-" + layer.disk,
                      .target = layout.disk(layer.disk),
                      .bytes = layer.disk_bytes});
  for (const Descriptor& blob : blobs_of(image)) pieces.push_back(blob_piece(layout, blob));
}

// As take_over(); `record` is called with the store's lock once all is in place.
template <typename Record>
bool install(ImageStore& store, Staging& staging, const std::vector<Piece>& pieces,
             const Record& record) {
  const StoreLayout& layout = store.layout();
  for (const Piece& piece : pieces)
    if (!piece.in_place() && staging.contains(piece.staged)) staging.flush(piece.staged);

  const base::FileLock lock = store.lock_for_change();
  for (const Piece& piece : pieces)
    if (!piece.in_place() && !staging.contains(piece.staged)) return false;
  bool changed = false;
  for (const Piece& piece : pieces) {
    if (piece.in_place()) continue;
    staging.install(piece.staged, piece.target, piece.bytes);
    changed = true;
  }
  if (changed) {
    base::sync_directory(layout.blobs());
    base::sync_directory(layout.disks());
  }
  base::failpoint("pull.installed");
  record(lock);
  return true;
}

}  // namespace

bool take_over(ImageStore& store, Staging& staging, const Image& image,
               const std::vector<Reference>& names) {
  std::vector<Piece> pieces;
  add_pieces(store.layout(), image, pieces);
  return install(store, staging, pieces,
                 [&](const base::FileLock& lock) { store.put(lock, image, names); });
}

bool take_over(ImageStore& store, Staging& staging, const ImageSet& set,
               const std::vector<Reference>& names) {
  std::vector<Piece> pieces;
  for (const Image& image : set.images) add_pieces(store.layout(), image, pieces);
  for (const Descriptor& manifest : set.companions)
    pieces.push_back(blob_piece(store.layout(), manifest));
  for (const Descriptor& blob : set.blobs) pieces.push_back(blob_piece(store.layout(), blob));
  pieces.push_back(blob_piece(store.layout(), set.index));
  return install(store, staging, pieces,
                 [&](const base::FileLock& lock) { store.put(lock, set, names); });
}

}  // namespace image
