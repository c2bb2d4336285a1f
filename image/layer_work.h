// From an image's layers to disks: what is missing is fetched, what has no disk is converted.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/progress.h"
#include "image/downloads.h"
#include "image/image.h"
#include "image/layer_disk.h"
#include "image/worker_files.h"

namespace image {

// What is known of the layers before any byte of them: sizes and disks are still to come, but for
// those that `known` has.
std::vector<Layer> plan_layers(const std::vector<Descriptor>& blobs,
                               const std::vector<Digest>& diff_ids,
                               const std::vector<Layer>& known);

// What an image is in the store, once its layers have their disks; without names.
Image make_image(const Descriptor& manifest, const Descriptor& config_blob, ImageConfig config,
                 std::vector<Layer> layers);

class LayerWork {
 public:
  // `done` is what is told of a layer whose disk is made.
  LayerWork(const WorkerFiles& files, Downloads& downloads, base::Progress& progress,
            LayerDiskOptions options = {}, std::string done = "Pull complete")
      : files_(files),
        downloads_(downloads),
        progress_(progress),
        options_(options),
        done_(std::move(done)) {}

  // Adds to the downloads what is neither in the store nor added yet; `all` or only what has no
  // disk. `present` is what is told of a layer that needs nothing.
  void add_downloads(const std::vector<Layer>& layers, bool all = true,
                     std::string_view present = "Already exists");
  // In order, since a layer may look into those below. Fills in disks and sizes. The downloads are
  // started and not finished.
  void convert(std::vector<Layer>& layers);

 private:
  void convert_one(Layer& layer, const std::vector<base::UniqueFd>& below);
  void make_disk(Layer& layer, ByteSource& blob, const std::vector<base::UniqueFd>& below);

  const WorkerFiles& files_;
  Downloads& downloads_;
  base::Progress& progress_;
  LayerDiskOptions options_;
  std::string done_;
  std::map<Digest, Layer> made_;  // by diff id: disks that are keyed by it alone
};

}  // namespace image
