// From where an image comes and which one of several, as pull, run and create are told.
#pragma once

#include <string>
#include <string_view>

#include "cli/options.h"
#include "engine/engine.h"

namespace cli {

class PullOptions {
 public:
  enum class Platforms { chosen, none };  // whether there is one to choose
  explicit PullOptions(Platforms platforms = Platforms::chosen) : platforms_(platforms) {}
  // Binds to this object, which must stay where it is.
  void declare(Options& options);
  // Only which one of several.
  void declare_platform(Options& options);
  // Only whom to trust.
  void declare_trust(Options& options);
  const engine::RegistryAccess& access() const { return access_; }
  // "OS/ARCH[/VARIANT]" as the options say together, "" the host's.
  std::string platform() const;

 private:
  std::optional<std::string> set_login(std::string_view value);
  std::optional<std::string> set_certificates(std::string_view value);
  std::optional<std::string> set_verified(std::string_view value);

  Platforms platforms_;
  engine::RegistryAccess access_;
  std::string platform_;
  std::string os_;
  std::string architecture_;
  std::string variant_;
};

}  // namespace cli
