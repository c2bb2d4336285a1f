// What an image of one layer says of itself, where somebody has only its files.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "image/image.h"

namespace image {

// Kept for who reads it in the image's configuration; nothing acts on it here.
struct Healthcheck {
  std::vector<std::string> test;  // {"NONE"}, {"CMD", …} or {"CMD-SHELL", …}
  std::int64_t interval = 0;      // nanoseconds, as the next two; 0: not said
  std::int64_t timeout = 0;
  std::int64_t start_period = 0;
  std::int64_t retries = 0;
  bool operator==(const Healthcheck&) const = default;
};

struct ImportSpec {
  ImageConfig config;                 // its history has one entry, the layer's
  std::vector<std::string> on_build;  // docker's ONBUILD, likewise kept
  std::optional<Healthcheck> healthcheck;
  bool operator==(const ImportSpec&) const = default;
};

// What stands for the layer's diffID, as hex digits, in a history's created_by.
inline constexpr const char* layer_placeholder = "{layer}";

}  // namespace image
