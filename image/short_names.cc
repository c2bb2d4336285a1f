#include "image/short_names.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace image {
namespace {

Reference in_registry(std::string_view text, const std::string& registry) {
  return Reference::parse(text, {.domain = registry, .official = ""});
}

// A name of several components in a registry's search list may be one of its paths:
// "registry.example.org/team" is such an entry.
Reference searched(std::string_view text, const std::string& entry, const NameDefaults& defaults) {
  if (entry == defaults.domain) return Reference::parse(text, defaults);
  if (entry.find('/') == std::string::npos) return in_registry(text, entry);
  return Reference::parse_canonical(entry + "/" + std::string(text));
}

// "busybox" of "busybox:1.36@sha256:…".
std::string_view bare_name(std::string_view text) {
  return text.substr(0, text.find_first_of(":@"));
}

}  // namespace

std::vector<NameCandidate> ShortNames::to_pull(std::string_view text) const {
  const Reference whole = Reference::parse(text, defaults);
  if (!Reference::is_short(text)) return {{.name = whole, .alias_file = ""}};
  const std::string_view bare = bare_name(text);
  if (const auto alias = aliases.find(bare); alias != aliases.end()) {
    const std::string named = alias->second.name + std::string(text.substr(bare.size()));
    return {{.name = Reference::parse_canonical(named), .alias_file = alias->second.file}};
  }
  const std::string shown = "short-name \"" + base::printable(text) + "\"";
  if (search.empty())
    throw base::Error(base::ErrorKind::usage,
                      shown +
                          " did not resolve to an alias and no unqualified-search registries "
                          "are defined in registries.conf");
  if (search.size() > 1 && !guessing)
    throw base::Error(base::ErrorKind::usage, shown + " may be of several registries (" +
                                                  base::join(search, ", ") +
                                                  "): name one of them (short-name-mode is "
                                                  "enforcing)");
  std::vector<NameCandidate> candidates;
  for (const std::string& entry : search)
    candidates.push_back({.name = searched(text, entry, defaults), .alias_file = ""});
  return candidates;
}

std::vector<Reference> ShortNames::to_find(std::string_view text) const {
  const Reference whole = Reference::parse(text, defaults);
  if (!Reference::is_short(text)) return {whole};
  std::vector<Reference> names;
  if (!defaults.local.empty()) names.push_back(in_registry(text, defaults.local));
  const std::string_view bare = bare_name(text);
  if (const auto alias = aliases.find(bare); alias != aliases.end())
    names.push_back(
        Reference::parse_canonical(alias->second.name + std::string(text.substr(bare.size()))));
  for (const std::string& entry : search) names.push_back(searched(text, entry, defaults));
  return names;
}

Reference ShortNames::to_make(std::string_view text) const {
  return Reference::parse(text, defaults.here());
}

Reference chosen_tag(const std::vector<Reference>& candidates, const std::vector<Reference>& tags) {
  for (const Reference& candidate : candidates)
    if (std::ranges::find(tags, candidate.with_default_tag()) != tags.end())
      return candidate.with_default_tag();
  return candidates.front().with_default_tag();
}

}  // namespace image
