// A content digest, "sha256:<hex>", as the OCI image-spec (descriptor.md) and go-digest write it.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace image {

struct Digest {
  std::string algorithm;  // "sha256", "sha384" or "sha512"
  std::string hex;        // lower case, as long as the algorithm asks for

  // Throws usage with docker's wording ("invalid checksum digest format", "invalid checksum digest
  // length", "unsupported digest algorithm").
  static Digest parse(std::string_view text);
  static std::optional<Digest> try_parse(std::string_view text);
  // From 64 hex digits; nullopt for anything else.
  static std::optional<Digest> sha256(std::string_view hex);

  std::string text() const { return algorithm + ":" + hex; }
  // The first 12 digits, as docker shows them.
  std::string short_hex() const { return hex.substr(0, 12); }
  bool empty() const { return hex.empty(); }
  auto operator<=>(const Digest&) const = default;
};

}  // namespace image
