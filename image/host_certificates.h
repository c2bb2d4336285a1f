// What TLS with one registry needs beside the system's certificates (containers-certs.d(5);
// docker's certs.d). PEM, as texts.
#pragma once

#include <string>

namespace image {

struct HostCertificates {
  std::string domain;       // of names: "HOST[:PORT]"
  std::string authorities;  // that the registry's may be signed by; may be empty
  std::string certificate;  // ours, with its key; both may be empty
  std::string key;
  bool operator==(const HostCertificates&) const = default;
};

}  // namespace image
