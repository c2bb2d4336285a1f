// Directories of certificates for one registry each (containers-certs.d(5); docker's certs.d):
// *.crt are authorities, NAME.cert with NAME.key is ours.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "image/host_certificates.h"

namespace engine {

// Of one such directory, for the registry of names with `domain`. Throws usage for a certificate
// without key or a key without certificate, and for several of ours.
image::HostCertificates read_certificates(const std::string& directory, const std::string& domain);

// Of the first of `roots` that has a directory DOMAIN; nullopt: none has.
std::optional<image::HostCertificates> find_certificates(const std::vector<std::string>& roots,
                                                         const std::string& domain);

}  // namespace engine
