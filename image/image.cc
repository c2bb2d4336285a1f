#include "image/image.h"

#include <algorithm>
#include <iterator>

namespace image {

std::vector<Reference> Image::remove_name(const Reference& name) {
  std::vector<Reference> removed{name};
  std::erase(tags, name);
  std::erase(digests, name);
  const bool more =
      std::ranges::any_of(tags, [&](const Reference& tag) { return tag.name() == name.name(); });
  if (name.digest() || more) return removed;
  const auto is_in_repository = [&](const Reference& d) { return d.name() == name.name(); };
  std::ranges::copy_if(digests, std::back_inserter(removed), is_in_repository);
  std::erase_if(digests, is_in_repository);
  return removed;
}

}  // namespace image
