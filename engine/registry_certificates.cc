#include "engine/registry_certificates.h"

#include <algorithm>
#include <string_view>

#include "base/error.h"
#include "base/file.h"

namespace engine {
namespace {

constexpr std::size_t largest_certificate = 1u << 20;
constexpr std::string_view authority_suffix = ".crt";
constexpr std::string_view certificate_suffix = ".cert";
constexpr std::string_view key_suffix = ".key";

[[noreturn]] void refuse(const std::string& why) { throw base::Error(base::ErrorKind::usage, why); }

std::string stem(const std::string& name, std::string_view suffix) {
  return name.substr(0, name.size() - suffix.size());
}

bool has(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

image::HostCertificates read_certificates(const std::string& directory, const std::string& domain) {
  image::HostCertificates found{.domain = domain, .authorities = "", .certificate = "", .key = ""};
  std::vector<std::string> names = base::list_directory(directory);
  std::ranges::sort(names);
  const auto read = [&](const std::string& name) {
    return base::read_file(directory + "/" + name, largest_certificate);
  };
  for (const std::string& name : names) {
    if (name.ends_with(authority_suffix)) found.authorities += read(name) + "\n";
    if (name.ends_with(key_suffix)) {
      const std::string wanted = stem(name, key_suffix) + std::string(certificate_suffix);
      if (!has(names, wanted))
        refuse(directory + ": missing certificate " + wanted + " for key " + name);
    }
    if (!name.ends_with(certificate_suffix)) continue;
    const std::string key = stem(name, certificate_suffix) + std::string(key_suffix);
    if (!has(names, key))
      refuse(directory + ": missing key " + key + " for certificate " + name +
             " (authorities end in .crt)");
    if (!found.certificate.empty()) refuse(directory + ": more than one certificate of ours");
    found.certificate = read(name);
    found.key = read(key);
  }
  return found;
}

std::optional<image::HostCertificates> find_certificates(const std::vector<std::string>& roots,
                                                         const std::string& domain) {
  for (const std::string& root : roots) {
    const std::string directory = root + "/" + domain;
    if (base::is_directory(directory)) return read_certificates(directory, domain);
  }
  return std::nullopt;
}

}  // namespace engine
