#include "image/take_over.h"

#include <sys/stat.h>

#include <string>
#include <vector>

#include "base/error.h"
#include "base/failpoint.h"
#include "base/file.h"

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

std::vector<Piece> pieces_of(const StoreLayout& layout, const Image& image) {
  std::vector<Piece> pieces;
  pieces.reserve(2 * image.layers.size() + 2);
  for (const Layer& layer : image.layers) {
    pieces.push_back(blob_piece(layout, layer.blob));
    pieces.push_back({.staged = "disk-" + layer.disk,
                      .target = layout.disk(layer.disk),
                      .bytes = layer.disk_bytes});
  }
  pieces.push_back(blob_piece(layout, image.config_blob));
  pieces.push_back(blob_piece(layout, image.manifest));
  return pieces;
}

}  // namespace

bool take_over(ImageStore& store, Staging& staging, const Image& image,
               const std::vector<Reference>& names) {
  const StoreLayout& layout = store.layout();
  const std::vector<Piece> pieces = pieces_of(layout, image);
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
  store.put(lock, image, names);
  return true;
}

}  // namespace image
