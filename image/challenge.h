// WWW-Authenticate: what a server wants to see (RFC 9110, 11.6.1; RFC 6750; distribution's token
// specification).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace image {

struct Challenge {
  std::string scheme;                             // lower case: "bearer", "basic"
  std::map<std::string, std::string> parameters;  // names in lower case
  bool operator==(const Challenge&) const = default;
};

// Several may stand in one header. What cannot be read ends the list.
std::vector<Challenge> parse_challenges(std::string_view header);

}  // namespace image
