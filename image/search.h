// What is looked for in registries, and what is found.
#pragma once

#include <cstdint>
#include <string>

namespace image {

struct SearchQuery {
  std::string term;
  unsigned limit = 25;     // of what is found
  bool catalogue = false;  // without a search, and for an empty term, its list of repositories
};

struct FoundImage {
  std::string name;         // without the registry; printable
  std::string description;  // one printable line
  std::uint64_t stars = 0;
  bool official = false;
  bool automated = false;
  bool operator==(const FoundImage&) const = default;
};

}  // namespace image
