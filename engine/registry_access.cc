#include "engine/registry_access.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>
#include <set>

#include "base/file.h"
#include "base/json.h"
#include "engine/credential_helper.h"
#include "engine/registry_certificates.h"
#include "image/credential_file.h"

namespace engine {
namespace {

constexpr std::size_t largest_credentials = 1u << 20;

base::UniqueFd file_with(const std::string& name, const std::string& text) {
  base::UniqueFd file = base::memory_file(name);
  base::write_all(file.get(), text);
  return file;
}

base::Json entry_of(const KeptLogin& login) {
  if (login.is_token()) return {{"identitytoken", login.secret}};
  return {{"username", login.user}, {"password", login.secret}};
}

// "USER:PASSWORD".
KeptLogin parsed_login(const std::string& login) {
  const std::size_t colon = login.find(':');
  return {.user = login.substr(0, colon), .secret = login.substr(colon + 1)};
}

// What a registry may be called in the file: docker's and podman's names.
std::vector<std::string> keys_of(const std::string& domain) {
  if (domain == "docker.io") return {std::string(image::docker_hub_key), domain};
  return {domain};
}

// What a program keeps.
std::optional<KeptLogin> kept_login(const image::CredentialFile& file, const std::string& domain) {
  for (const std::string& key : keys_of(domain))
    if (const std::string helper = file.helper(key); !helper.empty())
      if (auto login = CredentialHelper(helper).get(key)) return login;
  return std::nullopt;
}

// Of all who are asked, each once; the last is the image's own registry.
std::vector<std::string> domains_of(const image::Reference& name,
                                    const image::PullOptions& options) {
  std::vector<std::string> domains;
  std::set<std::string> seen;
  for (const image::PullSource& place : options.places)
    if (seen.insert(place.name.domain()).second) domains.push_back(place.name.domain());
  if (domains.empty()) domains.push_back(name.domain());
  return domains;
}

// docker's config.json with what the command and programs add to the file's; empty: they add
// nothing.
std::string added_credentials(const RegistryAccess& access, const std::vector<std::string>& domains,
                              const std::optional<std::string>& path) {
  base::Json added;
  if (!access.login.empty()) {
    added[domains.back()] = entry_of(parsed_login(access.login));
  } else if (path) {
    const image::CredentialFile file(*path);
    for (const std::string& domain : domains)
      if (const auto login = kept_login(file, domain)) added[domain] = entry_of(*login);
  }
  if (added.empty()) return "";
  base::Json document;
  document["auths"] = base::Json::object();
  if (path && access.login.empty()) {
    const base::Json file = base::parse_json(base::read_file(*path, largest_credentials), *path);
    if (const base::Json* known = base::object_member(file, "auths")) document["auths"] = *known;
  }
  for (auto& [domain, entry] : added.items()) document["auths"][domain] = std::move(entry);
  return base::dump_compact(document);
}

}  // namespace

image::Platform wanted_platform(const Settings& settings, const std::string& asked) {
  if (!asked.empty()) return image::Platform::parse(asked);
  return settings.arch.empty() ? image::Platform::host() : image::Platform::parse(settings.arch);
}

image::PullOptions registry_options(const Settings& settings, const Registries& registries) {
  image::PullOptions options{.platform = wanted_platform(settings, ""),
                             .insecure_registries = settings.insecure_registries,
                             .names = registries.short_names.defaults,
                             .keep_blobs = settings.keep_blobs};
  options.insecure_registries.insert(options.insecure_registries.end(), registries.insecure.begin(),
                                     registries.insecure.end());
  const unsigned usual = registries.downloads.value_or(options.at_a_time);
  options.at_a_time = settings.downloads.value_or(usual);
  if (!settings.ca_file.empty()) options.ca_file = settings.ca_file;
  if (!settings.credentials_file.empty()) options.credentials_file = settings.credentials_file;
  return options;
}

AccessFiles apply(const RegistryAccess& access, const image::Reference& name,
                  const std::vector<std::string>& certificate_roots, image::PullOptions& options) {
  AccessFiles files;
  if (!access.credentials_file.empty()) options.credentials_file = access.credentials_file;
  const std::vector<std::string> domains = domains_of(name, options);
  const std::string credentials = added_credentials(access, domains, options.credentials_file);
  if (!credentials.empty()) {
    files.login = file_with("login", credentials);
    options.credentials_file = fmt::format("/proc/self/fd/{}", files.login.get());
  }
  for (const std::string& domain : domains) {
    if (!access.certificates.empty())
      options.certificates.push_back(read_certificates(access.certificates, domain));
    else if (auto found = find_certificates(certificate_roots, domain))
      options.certificates.push_back(std::move(*found));
    if (access.insecure) options.insecure_registries.push_back(domain);
  }
  return files;
}

}  // namespace engine
