#include "engine/registry_access.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/json.h"
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
std::string credentials_text(const std::string& login, const image::Reference& name) {
  const std::size_t colon = login.find(':');
  base::Json document;
  document["auths"][name.domain()] = {{"username", login.substr(0, colon)},
                                      {"password", login.substr(colon + 1)}};
  return base::dump_compact(document);
}

}  // namespace

AccessFiles apply(const RegistryAccess& access, const image::Reference& name,
                  image::PullOptions& options) {
  AccessFiles files;
  if (!access.credentials_file.empty()) options.credentials_file = access.credentials_file;
  if (!access.login.empty()) {
    files.login = file_with("login", credentials_text(access.login, name));
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
