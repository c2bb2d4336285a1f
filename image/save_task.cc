#include "image/save_task.h"

#include <set>
#include <vector>

#include "base/error.h"
#include "image/archive.h"
#include "image/sha256.h"
#include "image/tar_writer.h"

namespace image {
namespace {

constexpr std::size_t piece_size = std::size_t{256} << 10;

class SaveTask {
 public:
  SaveTask(const ArchiveRequest& request, const WorkerFiles& files, int output,
           base::Progress& progress)
      : request_(request), files_(files), archive_(output), progress_(progress) {}

  // The documents first: who reads a stream then knows what comes.
  WorkerSaved run() {
    archive_.file(archive_layout_file, archive_layout());
    archive_.file(archive_index_file, archive_index(request_.images, request_.format));
    if (request_.format == ArchiveFormat::docker)
      archive_.file(archive_manifest_file, archive_manifest(request_.images, request_.names));
    for (const SavedImage& saved : request_.images) {
      put(saved.image.manifest);
      put(saved.image.config_blob);
      for (const Layer& layer : saved.image.layers) put(layer.blob);
    }
    archive_.finish();
    return {.bytes = archive_.bytes()};
  }

 private:
  // Once, however many images have it.
  void put(const Descriptor& blob) {
    if (!put_.insert(blob.digest).second) return;
    base::doing("blob " + blob.digest.short_hex(), [&] { copy(blob); });
  }

  void copy(const Descriptor& blob) {
    const base::UniqueFd file = files_.open_blob(blob);
    archive_.begin(archive_path(blob.digest), blob.bytes);
    Sha256 hash;
    std::uint64_t copied = 0;
    for (;;) {
      const std::size_t size = base::read_some(file.get(), buffer_).value_or(0);
      if (size == 0) break;
      if (size > blob.bytes - copied) damaged();
      const auto bytes = std::span<const std::byte>(buffer_).first(size);
      hash.update(bytes);
      archive_.append(bytes);
      copied += size;
      progress_.update(blob.digest.short_hex(), "Saving", copied, blob.bytes);
    }
    if (copied != blob.bytes || hash.finish() != blob.digest) damaged();
    archive_.end();
    progress_.update(blob.digest.short_hex(), "Saved", 0, 0);
  }

  [[noreturn]] static void damaged() {
    throw base::Error(base::ErrorKind::corrupt, "the store's copy is damaged");
  }

  const ArchiveRequest& request_;
  const WorkerFiles& files_;
  TarWriter archive_;
  base::Progress& progress_;
  std::set<Digest> put_;
  std::vector<std::byte> buffer_ = std::vector<std::byte>(piece_size);
};

}  // namespace

WorkerSaved run_save(const ArchiveRequest& request, const WorkerFiles& files, int output,
                     base::Progress& progress) {
  return SaveTask(request, files, output, progress).run();
}

}  // namespace image
