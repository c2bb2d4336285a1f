// Where docker (config.json) and podman (auth.json, containers-auth.json(5)) keep logins: a file of
// which one entry is changed and all else kept.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"

namespace image {

// docker's name for a registry in its file; any other is called by its "HOST[:PORT]".
inline constexpr std::string_view docker_hub_key = "https://index.docker.io/v1/";

class CredentialFile {
 public:
  // One that is not there is empty. Throws corrupt for what is no such file, never showing what is
  // in it.
  explicit CredentialFile(std::string path);

  void put(const std::string& key, const std::string& user, const std::string& password);
  // False: there was none.
  bool remove(const std::string& key);
  void remove_all();
  // Of an entry that holds its secret itself.
  std::optional<std::string> user(const std::string& key) const;
  // The NAME of docker-credential-NAME, which keeps the secrets of this registry ("credHelpers") or
  // of all ("credsStore"); empty: this file does.
  std::string helper(const std::string& key) const;
  // Whole, for its owner alone; its directory is made.
  void write() const;

 private:
  std::string path_;
  base::Json document_;
};

}  // namespace image
