#include "image/credentials.h"

#include <nlohmann/json.hpp>

#include "base/base64.h"
#include "base/error.h"
#include "base/json.h"
#include "base/text.h"

namespace image {
namespace {

constexpr std::string_view hub = "docker.io";

// "https://index.docker.io/v1/" → "docker.io"; "host:5000/team" stays.
std::string normalise_key(std::string_view key) {
  bool url = false;
  for (const std::string_view scheme : {"https://", "http://"})
    if (key.starts_with(scheme)) {
      key.remove_prefix(scheme.size());
      url = true;
    }
  // docker's keys are URLs of an API: only the host counts.
  if (url) key = key.substr(0, key.find('/'));
  while (key.ends_with('/')) key.remove_suffix(1);
  if (key == "index.docker.io/v1" || key == "index.docker.io" || key == "registry-1.docker.io")
    return std::string(hub);
  return std::string(key);
}

Login login_from_json(const base::Json& json) {
  Login login{.user = base::text_member(json, "username"),
              .password = base::text_member(json, "password"),
              .identity_token = base::text_member(json, "identitytoken"),
              .registry_token = base::text_member(json, "registrytoken")};
  const std::string auth = base::text_member(json, "auth");
  if (auth.empty()) return login;
  const auto pair = base::base64_decode(auth);
  const std::size_t colon = pair ? pair->find(':') : std::string::npos;
  if (colon == std::string::npos)
    throw base::Error(base::ErrorKind::corrupt, "an \"auth\" is not USER:PASSWORD in base64");
  login.user = pair->substr(0, colon);
  login.password = pair->substr(colon + 1);
  while (login.password.ends_with('\0')) login.password.pop_back();
  return login;
}

}  // namespace

Credentials Credentials::parse(std::string_view text) {
  Credentials credentials;
  base::doing("the credentials file", [&] {
    const base::Json json = base::parse_json(text, "reading it", {.bytes = 1 << 20});
    const base::Json* auths = base::object_member(json, "auths");
    if (auths == nullptr) return;
    for (const auto& [key, value] : auths->items()) {
      if (!value.is_object()) throw base::Error(base::ErrorKind::corrupt, "an entry is no object");
      // Docker Hub has several names; docker leaves empty entries where a program has the secret.
      const Login login = login_from_json(value);
      if (login != Login{}) credentials.logins_[normalise_key(key)] = login;
    }
  });
  return credentials;
}

std::optional<Login> Credentials::find(const Reference& name) const {
  std::string key = name.name();
  for (;;) {
    if (const auto found = logins_.find(key); found != logins_.end()) return found->second;
    const std::size_t slash = key.rfind('/');
    if (slash == std::string::npos) return std::nullopt;
    key.erase(slash);
  }
}

}  // namespace image
