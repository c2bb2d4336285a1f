#include "image/platform.h"

#include <sys/utsname.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/error.h"
#include "base/text.h"

namespace image {
namespace {

struct Alias {
  std::string_view name;
  std::string_view architecture;
  std::string_view variant;
};
// containerd's platforms/database.go, and what uname(2) says.
constexpr std::array<Alias, 14> aliases{{
    {"i386", "386", ""},
    {"i686", "386", ""},
    {"x86_64", "amd64", ""},
    {"x86-64", "amd64", ""},
    {"aarch64", "arm64", ""},
    {"armhf", "arm", "v7"},
    {"armv7l", "arm", "v7"},
    {"armel", "arm", "v6"},
    {"armv6l", "arm", "v6"},
    {"armv5tel", "arm", "v5"},
    {"ppc64el", "ppc64le", ""},
    {"loongarch64", "loong64", ""},
    {"mips64el", "mips64le", ""},
    {"mipsel", "mipsle", ""},
}};

bool is_word(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-';
  });
}

void append_arm(std::vector<Platform>& platforms, const std::string& os, int from) {
  for (int version = from; version >= 5; --version)
    platforms.push_back(
        {.os = os, .architecture = "arm", .variant = "v" + std::to_string(version)});
}

// What a machine of this platform runs, the best first (containerd's platformVector).
std::vector<Platform> runnable(const Platform& wanted) {
  std::vector<Platform> platforms{wanted};
  if (wanted.architecture == "amd64") {
    if (!wanted.variant.empty()) platforms.push_back({.os = wanted.os, .architecture = "amd64"});
    platforms.push_back({.os = wanted.os, .architecture = "386"});
  } else if (wanted.architecture == "arm" && wanted.variant.size() == 2) {
    append_arm(platforms, wanted.os, wanted.variant[1] - '1');
  } else if (wanted.architecture == "arm64") {
    append_arm(platforms, wanted.os, 8);
  }
  return platforms;
}

}  // namespace

Platform Platform::normalised() const {
  Platform result{.os = base::lower(os),
                  .architecture = base::lower(architecture),
                  .variant = base::lower(variant)};
  if (result.os.empty()) result.os = "linux";
  for (const Alias& alias : aliases) {
    if (result.architecture != alias.name) continue;
    result.architecture = alias.architecture;
    if (!alias.variant.empty()) result.variant = alias.variant;
  }
  if (result.architecture == "arm64" && (result.variant == "v8" || result.variant == "8"))
    result.variant.clear();
  if (result.architecture == "amd64" && result.variant == "v1") result.variant.clear();
  if (result.architecture == "arm") {
    if (result.variant.empty()) result.variant = "v7";
    if (result.variant.size() == 1) result.variant.insert(0, "v");
  }
  return result;
}

Platform Platform::host() {
  utsname names{};
  if (uname(&names) != 0) base::throw_errno("uname");
  return Platform{.architecture = names.machine}.normalised();
}

Platform Platform::parse(std::string_view text) {
  const std::vector<std::string> parts = base::split(text, '/');
  if (parts.size() > 3 || !std::ranges::all_of(parts, is_word))
    throw base::Error(
        base::ErrorKind::usage,
        "\"" + base::printable(text) + "\" is no platform: use OS/ARCHITECTURE[/VARIANT]");
  if (parts.size() == 1) return Platform{.architecture = parts[0]}.normalised();
  return Platform{
      .os = parts[0], .architecture = parts[1], .variant = parts.size() == 3 ? parts[2] : ""}
      .normalised();
}

std::string Platform::text() const {
  return os + "/" + architecture + (variant.empty() ? "" : "/" + variant);
}

std::optional<std::size_t> choose_platform(std::span<const Platform> offered,
                                           const Platform& wanted) {
  for (const Platform& candidate : runnable(wanted.normalised())) {
    const auto found = std::ranges::find_if(
        offered, [&](const Platform& one) { return one.normalised() == candidate; });
    if (found != offered.end()) return static_cast<std::size_t>(found - offered.begin());
  }
  return std::nullopt;
}

}  // namespace image
