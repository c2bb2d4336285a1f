// What an image runs on, in the words of the OCI image-spec (GOOS, GOARCH, variant).
#pragma once

#include <compare>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace image {

struct Platform {
  std::string os = "linux";
  std::string architecture;  // "amd64", "arm64", "arm", …
  std::string variant;       // "v7"; empty where the architecture has none

  // What this host is.
  static Platform host();
  // "linux/arm/v7", "linux/amd64", "arm64" (linux is meant); aliases such as x86_64 and aarch64 are
  // understood. Throws usage.
  static Platform parse(std::string_view text);

  std::string text() const;  // "linux/arm/v7"
  // The same with the usual names and without variants that say nothing (arm64/v8, amd64/v1).
  Platform normalised() const;
  auto operator<=>(const Platform&) const = default;
};

// Which of an index's entries to take for `wanted`, as docker does: the exact one, else the nearest
// that it can run (arm v7 runs v6 and v5, amd64 runs 386). The first of equals; nullopt for none.
std::optional<std::size_t> choose_platform(std::span<const Platform> offered,
                                           const Platform& wanted);

}  // namespace image
