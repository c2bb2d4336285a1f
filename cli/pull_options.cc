#include "cli/pull_options.h"

#include <fmt/core.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/refused_options.h"
#include "image/platform.h"

namespace cli {

void PullOptions::declare(Options& options) {
  if (platforms_ == Platforms::chosen) declare_platform(options);
  options.add_text(access_.credentials_file, "authfile", 0, "string",
                   "File of credentials for registries");
  options.add({.name = "creds",
               .type = "string",
               .meaning = "USER:PASSWORD for the registry",
               .set = [this](std::string_view value) { return set_login(value); }});
  declare_trust(options);
  take_needless(options, "disable-content-trust", true,
                "there is no notary; every byte is checked by its digest");
}

void PullOptions::declare_trust(Options& options) {
  options.add(
      {.name = "cert-dir",
       .type = "string",
       .meaning = "Directory of certificates: *.crt of authorities, our NAME.cert and NAME.key",
       .set = [this](std::string_view value) { return set_certificates(value); }});
  options.add({.name = "tls-verify",
               .meaning = "Check the registry's certificate, and speak no plain HTTP",
               .set = [this](std::string_view value) { return set_verified(value); }});
}

void PullOptions::declare_platform(Options& options) {
  options.add_text(platform_, "platform", 0, "string",
                   "Platform to take of an image for several: OS/ARCH[/VARIANT]");
  options.add_text(architecture_, "arch", 0, "string", "Architecture to take");
  options.add_text(os_, "os", 0, "string", "Operating system to take");
  options.add_text(variant_, "variant", 0, "string", "Variant of the architecture to take");
}

std::string PullOptions::platform() const {
  if (os_.empty() && architecture_.empty() && variant_.empty()) return platform_;
  image::Platform platform =
      platform_.empty() ? image::Platform::host() : image::Platform::parse(platform_);
  if (!os_.empty()) platform.os = os_;
  if (!architecture_.empty()) {
    platform.architecture = architecture_;
    platform.variant.clear();
  }
  if (!variant_.empty()) platform.variant = variant_;
  return platform.text();
}

std::optional<std::string> PullOptions::set_login(std::string_view value) {
  if (value.find(':') == std::string_view::npos || value.starts_with(':'))
    return "neither USER:PASSWORD nor USER:";
  access_.login = value;
  return std::nullopt;
}

std::optional<std::string> PullOptions::set_certificates(std::string_view value) {
  access_.certificates = value;
  if (!base::is_directory(access_.certificates)) return "no such directory";
  return std::nullopt;
}

std::optional<std::string> PullOptions::set_verified(std::string_view value) {
  const auto verified = parse_truth(value);
  if (!verified) return "neither true nor false";
  access_.insecure = !*verified;
  return std::nullopt;
}

}  // namespace cli
