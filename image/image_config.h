// An image's configuration (OCI image-spec config.md, docker's image JSON), parsed from foreign
// bytes within limits.
#pragma once

#include <string_view>
#include <vector>

#include "image/image.h"

namespace image {

inline constexpr std::size_t largest_config = std::size_t{4} << 20;

struct ParsedConfig {
  ImageConfig config;
  std::vector<Digest> diff_ids;  // the lowest first
};

// Throws corrupt (not JSON, wrong types, NUL in a text) or unsupported (digests but sha256, systems
// but Linux, a root file system that is not made of layers).
ParsedConfig parse_image_config(std::string_view bytes);

}  // namespace image
