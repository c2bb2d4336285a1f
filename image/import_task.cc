#include "image/import_task.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "base/error.h"
#include "image/documents.h"
#include "image/image_config.h"
#include "image/layer_source.h"
#include "image/layer_work.h"
#include "image/manifest.h"
#include "image/stream_buffer.h"

namespace image {
namespace {

constexpr const char* item = "layer";

// The stream as it comes, and its beginning before that.
class Given : public ByteSource {
 public:
  Given(ByteSource& source, base::Progress& progress) : buffer_(source), progress_(progress) {}

  Compression compression() { return detect_compression(buffer_.peek(longest_magic)); }
  bool empty() { return buffer_.peek(1).empty(); }

  std::size_t read(std::span<std::byte> buffer) override {
    const auto held = buffer_.peek(1);
    const std::size_t count = std::min(held.size(), buffer.size());
    if (count > 0) std::memcpy(buffer.data(), held.data(), count);
    buffer_.take(count);
    progress_.update(item, "Importing", buffer_.total(), 0);
    return count;
  }

 private:
  StreamBuffer buffer_;
  base::Progress& progress_;
};

// What is read of it stays in a file.
class Recorded : public ByteSource {
 public:
  Recorded(ByteSource& source, base::UniqueFd file) : source_(source), file_(std::move(file)) {}

  std::size_t read(std::span<std::byte> buffer) override {
    const std::size_t count = source_.read(buffer);
    hash_.update(buffer.first(count));
    base::write_all(file_.get(), buffer.first(count));
    bytes_ += count;
    return count;
  }
  Descriptor finish(std::string media_type) {
    return {.media_type = std::move(media_type), .digest = hash_.finish(), .bytes = bytes_};
  }

 private:
  ByteSource& source_;
  base::UniqueFd file_;
  Sha256 hash_;
  std::uint64_t bytes_ = 0;
};

Layer bring_layer(ByteSource& archive, const WorkerFiles& files, base::Progress& progress,
                  const LayerDiskOptions& disk) {
  Given given(archive, progress);
  if (given.empty()) throw base::Error(base::ErrorKind::corrupt, "there is nothing to import");
  const Compression outer = given.compression();
  std::optional<Inflate> unpacked;
  if (outer == Compression::xz || outer == Compression::bzip2) unpacked.emplace(given);
  ByteSource& source = unpacked ? static_cast<ByteSource&>(*unpacked) : given;
  Recorded recorded(source, files.create_unnamed_blob(item));
  TarSource tar(recorded);
  const std::string media_type = layer_type(tar.compression());
  const base::UniqueFd output = files.create_disk(item);
  const LayerDiskResult made = write_layer_disk(tar, output.get(), {}, disk);
  const Digest diff_id = tar.finish();
  Layer layer{.blob = recorded.finish(media_type),
              .diff_id = diff_id,
              .chain_id = diff_id,
              .tar_bytes = tar.bytes(),
              .disk = layer_disk_name(diff_id.hex),
              .disk_bytes = made.disk_bytes};
  files.name_blob(item, layer.blob);
  files.name_disk(item, layer.disk);
  progress.update(item, "Imported", 0, 0);
  return layer;
}

}  // namespace

WorkerLoaded run_import(const ImportRequest& request, ByteSource& archive, const WorkerFiles& files,
                        base::Progress& progress, const LayerDiskOptions& disk) {
  Layer layer = bring_layer(archive, files, progress, disk);
  const std::string text = config_document(request.config, layer.diff_id);
  const Descriptor config = files.put_blob(config_media_type, text);
  const Descriptor manifest =
      files.put_blob(manifest_media_type, manifest_document(config, {layer.blob}));
  LoadedImage one{.image = make_image(manifest, config, parse_image_config(text).config, {layer}),
                  .names = {}};
  WorkerLoaded loaded;
  loaded.images.push_back(std::move(one));
  return loaded;
}

}  // namespace image
