#include "image/layer_work.h"

#include <algorithm>
#include <memory>

#include "base/error.h"
#include "image/layer_source.h"
#include "image/sha256.h"

namespace image {
namespace {

// image-spec config.md, "Layer ChainID".
Digest chain_id(const Digest* below, const Digest& diff_id) {
  return below == nullptr ? diff_id : sha256_of(below->text() + " " + diff_id.text());
}

// A disk of this converter's version for that layer, whether keyed by itself or by what is below.
const Layer* find_known(const std::vector<Layer>& known, const Layer& wanted) {
  const std::string alone = layer_disk_name(wanted.diff_id.hex);
  const std::string stacked = layer_disk_name(wanted.chain_id.hex);
  const auto found = std::ranges::find_if(known, [&](const Layer& layer) {
    return layer.diff_id == wanted.diff_id && (layer.disk == alone || layer.disk == stacked);
  });
  return found == known.end() ? nullptr : &*found;
}

// It has to be read, for its disk or to see that it is what its disk was made of.
bool is_unseen(const Layer& layer) { return layer.disk.empty() || layer.tar_bytes == 0; }

}  // namespace

std::vector<Layer> plan_layers(const std::vector<Descriptor>& blobs,
                               const std::vector<Digest>& diff_ids,
                               const std::vector<Layer>& known) {
  if (blobs.size() != diff_ids.size())
    throw base::Error(base::ErrorKind::corrupt, "the manifest has " + std::to_string(blobs.size()) +
                                                    " layers, the configuration " +
                                                    std::to_string(diff_ids.size()));
  std::vector<Layer> layers;
  for (std::size_t i = 0; i < blobs.size(); ++i) {
    const Digest* below = i == 0 ? nullptr : &layers[i - 1].chain_id;
    Layer layer{.blob = blobs[i], .diff_id = diff_ids[i], .chain_id = chain_id(below, diff_ids[i])};
    if (const Layer* before = find_known(known, layer)) {
      layer.disk = before->disk;
      layer.disk_bytes = before->disk_bytes;
      layer.content_bytes = before->content_bytes;
      // Known to be right only for the blob that it was made from.
      if (before->blob.digest == layer.blob.digest) layer.tar_bytes = before->tar_bytes;
    }
    layers.push_back(std::move(layer));
  }
  return layers;
}

Image make_image(const Descriptor& manifest, const Descriptor& config_blob, ImageConfig config,
                 std::vector<Layer> layers) {
  Image image{.id = config_blob.digest,
              .manifest = manifest,
              .config_blob = config_blob,
              .config = std::move(config),
              .layers = std::move(layers)};
  for (const Layer& layer : image.layers) image.size_bytes += layer.tar_bytes;
  return image;
}

void LayerWork::add_downloads(const std::vector<Layer>& layers, bool all,
                              std::string_view present) {
  for (const Layer& layer : layers) {
    const std::string item = layer.blob.digest.short_hex();
    if (files_.has_blob(layer.blob) || !(all || is_unseen(layer))) {
      if (!layer.disk.empty()) progress_.update(item, present, 0, 0);
    } else if (!downloads_.contains(layer.blob)) {
      progress_.update(item, "Pulling fs layer", 0, 0);
      downloads_.add(layer.blob, files_.create_blob(layer.blob));
    }
  }
}

void LayerWork::convert(std::vector<Layer>& layers) {
  std::vector<base::UniqueFd> below;  // lowest first
  for (Layer& layer : layers) {
    base::doing("layer " + layer.blob.digest.short_hex(), [&] { convert_one(layer, below); });
    below.push_back(files_.open_disk(layer.disk));
  }
}

void LayerWork::convert_one(Layer& layer, const std::vector<base::UniqueFd>& below) {
  if (const auto twin = made_.find(layer.diff_id);
      twin != made_.end() && twin->second.blob.digest == layer.blob.digest) {
    layer.disk = twin->second.disk;
    layer.disk_bytes = twin->second.disk_bytes;
    layer.tar_bytes = twin->second.tar_bytes;
    layer.content_bytes = twin->second.content_bytes;
    return;
  }
  if (!is_unseen(layer)) return;  // its blob, where it is missing, comes by itself
  const bool comes = downloads_.contains(layer.blob);
  base::UniqueFd stored = comes ? base::UniqueFd() : files_.open_blob(layer.blob);
  const std::unique_ptr<ByteSource> source =
      comes ? std::unique_ptr<ByteSource>(
                  std::make_unique<GrowingSource>(downloads_.file(layer.blob)))
            : std::make_unique<FdSource>(stored.get());
  try {
    make_disk(layer, *source, below);
  } catch (const base::Error& error) {
    // Damaged on the way: its digest says so better than its content.
    const bool suspect = comes && error.kind() == base::ErrorKind::corrupt;
    const auto failure = suspect ? downloads_.file(layer.blob).wait_for_end() : std::nullopt;
    throw failure.value_or(error);
  }
  progress_.update(layer.blob.digest.short_hex(), done_, 0, 0);
}

void LayerWork::make_disk(Layer& layer, ByteSource& blob,
                          const std::vector<base::UniqueFd>& below) {
  CountingSource counted(blob, progress_, layer.blob);
  TarSource tar(counted);
  if (!layer.disk.empty()) {  // another blob than the one that its disk was made from
    tar.check(layer.diff_id);
    layer.tar_bytes = tar.bytes();
    return;
  }
  const std::string key = layer.chain_id.hex;
  LowerLayers lower;
  for (auto disk = below.rbegin(); disk != below.rend(); ++disk) lower.disks.push_back(disk->get());
  const base::UniqueFd output = files_.create_disk(key);
  const LayerDiskResult result = write_layer_disk(tar, output.get(), lower, options_);
  tar.check(layer.diff_id);
  layer.tar_bytes = tar.bytes();
  layer.content_bytes = result.content_bytes;
  layer.disk_bytes = result.disk_bytes;
  layer.disk = layer_disk_name(result.uses_lower ? layer.chain_id.hex : layer.diff_id.hex);
  files_.name_disk(key, layer.disk);
  if (!result.uses_lower) made_[layer.diff_id] = layer;
}

}  // namespace image
