#include "image/verify_task.h"

#include <atomic>
#include <optional>
#include <vector>

#include "base/error.h"
#include "image/downloads.h"
#include "image/image_config.h"
#include "image/layer_work.h"
#include "image/manifest.h"
#include "image/sha256.h"

namespace image {
namespace {

constexpr std::size_t piece_size = std::size_t{256} << 10;

class Verifier {
 public:
  Verifier(const WorkerFiles& files, base::Progress& progress)
      : files_(files), progress_(progress) {}

  // What is wrong with it; a disk that cannot be read is told like a blob that is damaged.
  std::optional<std::string> problem(const Descriptor& blob) {
    try {
      const Digest found = digest_of(blob);
      if (found == blob.digest) return std::nullopt;
      return "has the digest " + found.text();
    } catch (const base::Error& error) {
      return "cannot be read: " + error.message();
    }
  }

 private:
  Digest digest_of(const Descriptor& blob) {
    const base::UniqueFd file = files_.open_blob(blob);
    Sha256 hash;
    for (std::uint64_t read = 0;;) {
      const std::size_t size = base::read_some(file.get(), buffer_).value_or(0);
      if (size == 0) return hash.finish();
      hash.update(std::span<const std::byte>(buffer_).first(size));
      read += size;
      progress_.update(blob.digest.short_hex(), "Verifying", read, blob.bytes);
    }
  }

  const WorkerFiles& files_;
  base::Progress& progress_;
  std::vector<std::byte> buffer_ = std::vector<std::byte>(piece_size);
};

// Verified, since it is parsed next.
std::string read_document(const WorkerFiles& files, const Descriptor& blob, std::size_t limit,
                          std::string_view what) {
  return base::doing(std::string(what) + " " + blob.digest.short_hex(), [&] {
    std::string bytes = base::read_to_end(files.open_blob(blob).get(), limit);
    if (sha256_of(bytes) != blob.digest)
      throw base::Error(base::ErrorKind::corrupt, "the store's copy is damaged");
    return bytes;
  });
}

WorkerResult remake(const StoreRequest& request, const WorkerFiles& files, base::Progress& progress,
                    LayerDiskOptions disk) {
  Descriptor wanted = request.blobs.at(0);
  ParsedManifest parsed = parse_manifest(
      read_document(files, wanted, largest_manifest, "the manifest"), wanted.media_type);
  wanted.media_type = parsed.media_type;
  const auto* manifest = std::get_if<Manifest>(&parsed.content);
  if (manifest == nullptr) throw base::Error(base::ErrorKind::corrupt, "its manifest is an index");
  ParsedConfig config = parse_image_config(
      read_document(files, manifest->config, largest_config, "the configuration"));
  std::vector<Layer> layers = plan_layers(manifest->layers, config.diff_ids, request.known);
  std::atomic<bool> cancelled = false;
  Downloads none([] { return Downloads::Fetch(); }, cancelled);
  LayerWork(files, none, progress, disk, "Verified").convert(layers);
  return {
      .named = wanted.digest,
      .image = make_image(wanted, manifest->config, std::move(config.config), std::move(layers))};
}

}  // namespace

WorkerVerified run_verify(const StoreRequest& request, const WorkerFiles& files,
                          base::Progress& progress) {
  Verifier verifier(files, progress);
  WorkerVerified verified;
  for (const Descriptor& blob : request.blobs)
    if (auto problem = verifier.problem(blob))
      verified.damaged.push_back({.blob = blob.digest, .problem = std::move(*problem)});
  return verified;
}

WorkerResult run_remake(const StoreRequest& request, const WorkerFiles& files,
                        base::Progress& progress, LayerDiskOptions disk) {
  try {
    return remake(request, files, progress, disk);
  } catch (const base::Error& error) {
    // Where an image's record is lost, nobody has looked whether its layers are there.
    if (error.kind() != base::ErrorKind::not_found) throw;
    throw base::Error(base::ErrorKind::corrupt, error.message());
  }
}

}  // namespace image
