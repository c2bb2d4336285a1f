#include "image/digest.h"

#include <algorithm>
#include <array>

#include "base/error.h"

namespace image {
namespace {

struct Algorithm {
  std::string_view name;
  std::size_t digits;
};
constexpr std::array<Algorithm, 3> algorithms{{{"sha256", 64}, {"sha384", 96}, {"sha512", 128}}};

bool is_hex(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

// nullptr: `digest` is filled; else docker's words for what is wrong.
const char* read_digest(std::string_view text, Digest& digest) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size())
    return "invalid checksum digest format";
  const std::string_view name = text.substr(0, colon);
  const std::string_view hex = text.substr(colon + 1);
  const auto algorithm =
      std::ranges::find_if(algorithms, [&](const Algorithm& a) { return a.name == name; });
  if (algorithm == algorithms.end()) return "unsupported digest algorithm";
  if (hex.size() != algorithm->digits) return "invalid checksum digest length";
  if (!is_hex(hex)) return "invalid checksum digest format";
  digest = {.algorithm = std::string(name), .hex = std::string(hex)};
  return nullptr;
}

}  // namespace

Digest Digest::parse(std::string_view text) {
  Digest digest;
  if (const char* wrong = read_digest(text, digest))
    throw base::Error(base::ErrorKind::usage, wrong);
  return digest;
}

std::optional<Digest> Digest::try_parse(std::string_view text) {
  Digest digest;
  if (read_digest(text, digest) != nullptr) return std::nullopt;
  return digest;
}

std::optional<Digest> Digest::sha256(std::string_view hex) {
  if (hex.size() != 64 || !is_hex(hex)) return std::nullopt;
  return Digest{.algorithm = "sha256", .hex = std::string(hex)};
}

}  // namespace image
