// Which registries may do without TLS or with a certificate that nobody signed.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace image {

// This machine: "localhost", 127.0.0.0/8 or "[::1]".
bool is_loopback(const std::string& host);

// Loopback, and those that are named: by "HOST", "HOST:PORT", or, where the name is an address, by
// "ADDRESS/BITS" (docker's "insecure-registries").
class TrustPolicy {
 public:
  explicit TrustPolicy(std::vector<std::string> insecure) : insecure_(std::move(insecure)) {}
  // `domain` is "HOST" or "HOST:PORT".
  bool is_insecure(const std::string& domain) const;

 private:
  std::vector<std::string> insecure_;
};

}  // namespace image
