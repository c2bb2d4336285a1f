// `images --filter KEY=VALUE`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/filter.h"
#include "cli/personality.h"
#include "image/image.h"

namespace cli {

struct ImageNaming {
  image::NameDefaults names;
  const ImagePatterns& patterns;
};

struct ImageFacts {
  const std::vector<image::Image>& all;
  const ImageNaming& naming;
};

class ImageFilter {
 public:
  using Values = FilterValues<image::Image, ImageFacts>;
  ImageFilter();

  // Why not, where it is none.
  std::optional<std::string> add(std::string_view text);

  // Those that fit. Throws not_found where `before` or `since` name none.
  std::vector<image::Image> apply(std::vector<image::Image> all, const ImageNaming& naming) const;

 private:
  Values wanted_;
};

}  // namespace cli
