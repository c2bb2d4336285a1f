// What a registry sends: manifests, indexes, configurations, challenges; and a credentials file.
// What is understood keeps its limits and can be reported.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/error.h"
#include "base/fd.h"
#include "image/challenge.h"
#include "image/credentials.h"
#include "image/image_config.h"
#include "image/manifest.h"
#include "image/url.h"
#include "image/worker_protocol.h"
#include "tests/support/fuzz_checks.h"

namespace {

using testing_support::refusable;
using testing_support::require;

void read_manifest(std::string_view bytes, std::string_view type) {
  const image::ParsedManifest parsed = image::parse_manifest(bytes, type);
  if (const auto* manifest = std::get_if<image::Manifest>(&parsed.content)) {
    require(manifest->layers.size() <= image::most_layers);
    for (const image::Descriptor& layer : manifest->layers)
      require(layer.digest.algorithm == "sha256" && layer.digest.hex.size() == 64);
    return;
  }
  image::choose_manifest(std::get<image::Index>(parsed.content),
                         {.os = "linux", .architecture = "amd64"});
}

void read_config(std::string_view bytes) {
  const image::ParsedConfig parsed = image::parse_image_config(bytes);
  const image::Digest digest{.algorithm = "sha256", .hex = std::string(64, 'a')};
  const image::Descriptor blob{.media_type = "x", .digest = digest, .bytes = 1};
  const image::WorkerResult result{
      .named = digest,
      .image = {.id = digest, .manifest = blob, .config_blob = blob, .config = parsed.config}};
  image::WorkerRecords records;
  records.feed(base::as_bytes(image::encode(result)));
  require(records.next() == image::WorkerRecord(result));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  refusable([&] { read_manifest(text, ""); });
  refusable([&] { read_manifest(text, "application/vnd.oci.image.manifest.v1+json"); });
  refusable([&] { read_config(text); });
  refusable([&] { image::Credentials::parse(text); });
  image::parse_challenges(text);
  if (const auto url = image::parse_url(text)) image::resolve_url(*url, text);
  return 0;
}
