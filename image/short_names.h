// What a name without a registry stands for: docker's one registry, or podman's aliases and
// registries to search (containers-registries.conf(5), "Short-Name Aliasing").
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "image/reference.h"

namespace image {

struct NameAlias {
  std::string name;  // "quay.io/podman/stable", neither tag nor digest
  std::string file;  // that says so
};

// What a text may stand for.
struct NameCandidate {
  Reference name;          // as typed: no tag is added
  std::string alias_file;  // where it is an alias's; "" otherwise
};

struct ShortNames {
  NameDefaults defaults;  // how names are shown, and of a whole name's "library/"
  // "HOST[:PORT]", asked in this order.
  std::vector<std::string> search{"docker.io"};
  bool guessing = true;  // with several to search, each may be asked
  std::map<std::string, NameAlias, std::less<>> aliases;  // by short name

  // The names to pull it by, the best first. Throws usage as Reference::parse(), and where there is
  // nothing to search or too much to guess.
  std::vector<NameCandidate> to_pull(std::string_view text) const;
  // Those that an image here may have, the best first. Throws usage as Reference::parse().
  std::vector<Reference> to_find(std::string_view text) const;
  // The one that an image made or tagged here gets.
  Reference to_make(std::string_view text) const;
};

// The first of `candidates`, with its tag or the default one, that is among `tags`; where none is,
// the first.
Reference chosen_tag(const std::vector<Reference>& candidates, const std::vector<Reference>& tags);

}  // namespace image
