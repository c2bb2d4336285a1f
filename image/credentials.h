// Who we are to a registry: docker's config.json and podman's auth.json
// (containers-auth.json(5)).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "image/reference.h"

namespace image {

struct Login {
  std::string user;
  std::string password;
  std::string identity_token;  // OAuth2 refresh token, instead of a password
  std::string registry_token;  // a bearer token as it stands
  bool operator==(const Login&) const = default;
};

class Credentials {
 public:
  Credentials() = default;
  // Throws corrupt, never showing what is in it.
  static Credentials parse(std::string_view text);

  // The entry for the longest prefix of DOMAIN/PATH; nullopt: anonymous.
  std::optional<Login> find(const Reference& name) const;

 private:
  std::map<std::string, Login> logins_;  // by "HOST[:PORT][/PATH]"
};

}  // namespace image
