#include "image/trust_policy.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "base/text.h"

namespace image {
namespace {

std::string host_of(const std::string& domain) {
  if (domain.starts_with('[')) return domain.substr(0, domain.find(']') + 1);
  return domain.substr(0, domain.find(':'));
}

// An address of one of the two families, IPv4 as IPv6 has it (RFC 4291, 2.5.5.2).
using Address = std::array<std::uint8_t, 16>;

std::optional<Address> parse_address(std::string text) {
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  if (text.find(':') == std::string::npos) text.insert(0, "::ffff:");
  Address address{};
  if (inet_pton(AF_INET6, text.c_str(), address.data()) != 1) return std::nullopt;
  return address;
}

bool same_bits(const Address& a, const Address& b, unsigned bits) {
  for (unsigned bit = 0; bit < bits; ++bit) {
    const unsigned mask = 0x80U >> (bit % 8);
    if (((a[bit / 8] ^ b[bit / 8]) & mask) != 0) return false;
  }
  return true;
}

// `range` is "10.0.0.0/8" or "fd00::/8"; false for what is none.
bool in_range(const std::string& host, std::string_view range) {
  const std::size_t slash = range.find('/');
  if (slash == std::string_view::npos) return false;
  const std::string network(range.substr(0, slash));
  const auto bits = base::parse_number<unsigned>(range.substr(slash + 1));
  const auto first = parse_address(network);
  const auto address = parse_address(host);
  const unsigned before = network.find(':') == std::string::npos ? 96 : 0;
  return bits && first && address && before + *bits <= 128 &&
         same_bits(*first, *address, before + *bits);
}

}  // namespace

bool is_loopback(const std::string& host) {
  return host == "localhost" || host == "[::1]" || in_range(host, "127.0.0.0/8");
}

bool TrustPolicy::is_insecure(const std::string& domain) const {
  const std::string host = host_of(domain);
  return is_loopback(host) || std::ranges::any_of(insecure_, [&](const std::string& known) {
           return known == domain || known == host || in_range(host, known);
         });
}

}  // namespace image
