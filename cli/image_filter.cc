#include "cli/image_filter.h"

#include <fmt/core.h>
#include <fnmatch.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/text.h"
#include "cli/options.h"

namespace cli {
namespace {

using image::Image;
using Images = std::vector<Image>;

using Facts = ImageFacts;

bool is_dangling(const Image& image, const std::string& value, const Facts&) {
  return image.tags.empty() == parse_truth(value).value_or(false);
}

bool has_label(const Image& image, const std::string& value, const Facts&) {
  const std::size_t equals = value.find('=');
  const auto found = image.config.labels.find(value.substr(0, equals));
  return found != image.config.labels.end() &&
         (equals == std::string::npos || found->second == value.substr(equals + 1));
}

// "alp*", "*:3", "registry.example.org/*".
bool matches(const image::Reference& name, const std::string& pattern, const ImageNaming& naming) {
  const std::vector<std::string> forms = naming.patterns.forms(name, naming.names);
  return std::any_of(forms.begin(), forms.end(), [&](const std::string& form) {
    return fnmatch(pattern.c_str(), form.c_str(), FNM_PATHNAME) == 0;
  });
}

bool has_name(const Image& image, const std::string& pattern, const Facts& facts) {
  const auto fits = [&](const image::Reference& name) {
    return matches(name, pattern, facts.naming);
  };
  return std::any_of(image.tags.begin(), image.tags.end(), fits) ||
         std::any_of(image.digests.begin(), image.digests.end(), fits);
}

bool is_called(const Image& image, const std::string& name, const Facts& facts) {
  const auto same = [&](const image::Reference& tag) {
    return tag.familiar(facts.naming.names) == name ||
           tag.familiar_name(facts.naming.names) == name || tag.canonical() == name;
  };
  return image.id.text() == name || (name.size() >= 4 && image.id.hex.starts_with(name)) ||
         std::any_of(image.tags.begin(), image.tags.end(), same);
}

base::WallTime creation_of(const std::string& name, const Facts& facts) {
  for (const Image& image : facts.all)
    if (is_called(image, name, facts)) return image.created().value_or(base::WallTime{});
  throw base::Error(base::ErrorKind::not_found, "No such image: " + base::printable(name));
}

bool is_before(const Image& image, const std::string& value, const Facts& facts) {
  return image.created().value_or(base::WallTime{}) < creation_of(value, facts);
}

bool is_since(const Image& image, const std::string& value, const Facts& facts) {
  return image.created().value_or(base::WallTime{}) > creation_of(value, facts);
}

constexpr std::array keys = {
    ImageFilter::Values::Key{.name = "before", .holds = is_before, .every = true},
    ImageFilter::Values::Key{.name = "dangling", .holds = is_dangling, .every = true},
    ImageFilter::Values::Key{.name = "label", .holds = has_label, .every = true},
    ImageFilter::Values::Key{.name = "reference", .holds = has_name},
    ImageFilter::Values::Key{.name = "since", .holds = is_since, .every = true},
};

}  // namespace

ImageFilter::ImageFilter() : wanted_(keys) {}

std::optional<std::string> ImageFilter::add(std::string_view text) {
  constexpr std::string_view dangling = "dangling=";
  if (text.starts_with(dangling) && !parse_truth(text.substr(dangling.size())))
    return fmt::format("invalid filter '{}'", base::printable(text));
  return wanted_.add(text);
}

Images ImageFilter::apply(Images all, const ImageNaming& naming) const {
  const Images known = all;
  const ImageFacts facts{known, naming};
  std::erase_if(all, [&](const Image& image) { return !wanted_.fits(image, facts); });
  const std::vector<std::string>& patterns = wanted_.values_of("reference");
  if (patterns.empty() || !naming.patterns.picks_names) return all;
  const auto unlike = [&](const image::Reference& name) {
    return std::none_of(patterns.begin(), patterns.end(),
                        [&](const std::string& pattern) { return matches(name, pattern, naming); });
  };
  for (Image& image : all) {
    std::erase_if(image.tags, unlike);
    std::erase_if(image.digests, unlike);
  }
  return all;
}

}  // namespace cli
