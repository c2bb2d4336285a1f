// `images --filter KEY=VALUE`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/filter.h"
#include "image/image.h"

namespace cli {

struct ImageFacts {
  const std::vector<image::Image>& all;
  const image::NameDefaults& names;
};

class ImageFilter {
 public:
  using Values = FilterValues<image::Image, ImageFacts>;
  ImageFilter();

  // Why not, where it is none.
  std::optional<std::string> add(std::string_view text);

  // Those that fit; of an image with several names those that a pattern matches. Throws not_found
  // where `before` or `since` name none.
  std::vector<image::Image> apply(std::vector<image::Image> all,
                                  const image::NameDefaults& names) const;

 private:
  Values wanted_;
};

}  // namespace cli
