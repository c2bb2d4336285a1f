#include "engine/registry_access.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/json.h"
#include "engine/credential_helper.h"
#include "image/credential_file.h"

namespace engine {
namespace {

constexpr std::size_t largest_certificate = 1u << 20;

std::string path_of(const base::UniqueFd& file) {
  return fmt::format("/proc/self/fd/{}", file.get());
}

base::UniqueFd file_with(const std::string& name, const std::string& text) {
  base::UniqueFd file = base::memory_file(name);
  base::write_all(file.get(), text);
  return file;
}

// docker's config.json with one entry.
std::string credentials_text(const KeptLogin& login, const image::Reference& name) {
  base::Json document;
  document["auths"][name.domain()] =
      login.is_token() ? base::Json{{"identitytoken", login.secret}}
                       : base::Json{{"username", login.user}, {"password", login.secret}};
  return base::dump_compact(document);
}

// "USER:PASSWORD".
KeptLogin parsed_login(const std::string& login) {
  const std::size_t colon = login.find(':');
  return {.user = login.substr(0, colon), .secret = login.substr(colon + 1)};
}

std::optional<KeptLogin> kept_login(const RegistryAccess& access, const image::Reference& name,
                                    const image::PullOptions& options) {
  if (!access.login.empty()) return parsed_login(access.login);
  if (!options.credentials_file) return std::nullopt;
  const std::string key =
      name.domain() == "docker.io" ? std::string(image::docker_hub_key) : name.domain();
  const std::string helper = image::CredentialFile(*options.credentials_file).helper(key);
  if (helper.empty()) return std::nullopt;
  return CredentialHelper(helper).get(key);
}

}  // namespace

image::Platform wanted_platform(const Settings& settings, const std::string& asked) {
  if (!asked.empty()) return image::Platform::parse(asked);
  return settings.arch.empty() ? image::Platform::host() : image::Platform::parse(settings.arch);
}

image::PullOptions registry_options(const Settings& settings, const image::NameDefaults& names) {
  image::PullOptions options{.platform = wanted_platform(settings, ""),
                             .insecure_registries = settings.insecure_registries,
                             .names = names};
  if (!settings.ca_file.empty()) options.ca_file = settings.ca_file;
  if (!settings.credentials_file.empty()) options.credentials_file = settings.credentials_file;
  return options;
}

AccessFiles apply(const RegistryAccess& access, const image::Reference& name,
                  image::PullOptions& options) {
  AccessFiles files;
  if (!access.credentials_file.empty()) options.credentials_file = access.credentials_file;
  if (const auto login = kept_login(access, name, options)) {
    files.login = file_with("login", credentials_text(*login, name));
    options.credentials_file = path_of(files.login);
  }
  if (!access.certificates.empty()) {
    std::string text =
        options.ca_file ? base::read_file(*options.ca_file, largest_certificate) : "";
    for (const std::string& file : access.certificates)
      text.append("\n").append(base::read_file(file, largest_certificate));
    files.certificates = file_with("certificates", text);
    options.ca_file = path_of(files.certificates);
  }
  if (access.insecure) options.insecure_registries.push_back(name.domain());
  return files;
}

}  // namespace engine
