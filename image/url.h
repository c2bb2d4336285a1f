// URLs, as far as a registry client looks into them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace image {

struct Url {
  std::string scheme;  // "http" or "https"
  std::string host;    // lower case; IPv6 in brackets
  std::string port;    // always there
  std::string text;    // the whole, normalised, without fragment

  // Who answers: to whom credentials may go again.
  bool same_origin(const Url& other) const {
    return scheme == other.scheme && host == other.host && port == other.port;
  }
  // "https://host", with the port where it is not the scheme's.
  std::string origin() const;
};

// nullopt for what is no absolute http or https URL, or has a user or password in it.
std::optional<Url> parse_url(std::string_view text);
// `location` (absolute or relative) seen from `base`; nullopt as above.
std::optional<Url> resolve_url(const Url& base, std::string_view location);

std::string percent_encode(std::string_view text);

}  // namespace image
