#include "engine/settings.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdlib>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "engine/setting_keys.h"

namespace engine {
namespace {

constexpr std::size_t max_settings_file = 256u << 10;

void apply(LoadedSettings& loaded, std::string_view name, std::string_view value,
           const std::string& where) {
  if (const std::string_view why = former_setting(name); !why.empty())
    return base::log_debug("{}: {} has no effect ({})", where, name, why);
  const SettingKey* key = find_setting(name);
  if (key == nullptr)
    throw base::Error(base::ErrorKind::usage,
                      fmt::format("{}: no such setting: {}", where, base::printable(name)));
  if (!key->set(loaded.settings, value))
    throw base::Error(base::ErrorKind::usage,
                      fmt::format("{}: {} cannot be \"{}\" ({})", where, name,
                                  base::printable(value), key->meaning));
  loaded.sources[std::string(key->name)] = where;
}

std::string_view unquoted(std::string_view value) {
  const bool quoted = value.size() >= 2 && value.front() == value.back() &&
                      (value.front() == '"' || value.front() == '\'');
  return quoted ? value.substr(1, value.size() - 2) : value;
}

void apply_file(LoadedSettings& loaded, const std::string& path) {
  const auto text = base::try_read_file(path, max_settings_file);
  if (!text) return;
  int number = 0;
  for (const std::string& raw : base::split(*text, '\n')) {
    ++number;
    const std::string_view line = base::trim(raw);
    if (line.empty() || line.front() == '#') continue;
    const std::string where = fmt::format("{}:{}", path, number);
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos)
      throw base::Error(base::ErrorKind::usage, where + ": not KEY=VALUE");
    apply(loaded, base::trim(line.substr(0, equals)), unquoted(base::trim(line.substr(equals + 1))),
          where);
  }
}

void apply_environment(LoadedSettings& loaded) {
  for (const SettingKey& key : setting_keys())
    if (const char* value = std::getenv(std::string(key.environment).c_str()))
      if (*value != '\0') apply(loaded, key.name, value, "environment");
}

std::string home_path(const char* variable, std::string_view below_home) {
  if (const char* value = std::getenv(variable); value && *value == '/') return value;
  const char* home = std::getenv("HOME");
  return std::string(home && *home ? home : "/") + std::string(below_home);
}

Settings defaults() {
  Settings settings;
  if (geteuid() == 0) {
    settings.data_root = "/var/lib/vxn";
    settings.run_root = "/run/vxn";
  } else {
    settings.data_root = home_path("XDG_DATA_HOME", "/.local/share") + "/vxn";
    const char* runtime = std::getenv("XDG_RUNTIME_DIR");
    settings.run_root = runtime && *runtime == '/' ? std::string(runtime) + "/vxn"
                                                   : fmt::format("/tmp/vxn-{}", geteuid());
  }
  settings.libexec = VXN_LIBEXEC_DIR;
  return settings;
}

void require_absolute(const char* key, const std::string& path) {
  if (path.empty() || path.front() != '/')
    throw base::Error(base::ErrorKind::usage, fmt::format("{} must be an absolute path, not \"{}\"",
                                                          key, base::printable(path)));
}

}  // namespace

std::string user_settings_path(std::string_view program) {
  return home_path("XDG_CONFIG_HOME", "/.config") + "/" + std::string(program) + "/config";
}

LoadedSettings load_all_settings(std::string_view program,
                                 const std::map<std::string, std::string>& overrides) {
  LoadedSettings loaded{.settings = defaults(), .sources = {}};
  apply_file(loaded, VXN_SYSCONF_DIR "/vxn.conf");
  apply_file(loaded, user_settings_path(program));
  apply_environment(loaded);
  for (const auto& [key, value] : overrides) apply(loaded, key, value, "--" + key);
  require_absolute("data-root", loaded.settings.data_root);
  require_absolute("run-root", loaded.settings.run_root);
  return loaded;
}

Settings load_settings(std::string_view program,
                       const std::map<std::string, std::string>& overrides) {
  return load_all_settings(program, overrides).settings;
}

}  // namespace engine
