#include "engine/settings.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"

namespace engine {
namespace {

constexpr std::size_t max_settings_file = 256u << 10;

bool set_text(std::string& target, std::string_view value) {
  target = value;
  return true;
}

bool set_bool(bool& target, std::string_view value) {
  const std::string word = base::lower(value);
  const bool yes = word == "true" || word == "yes" || word == "on" || word == "1";
  const bool no = word == "false" || word == "no" || word == "off" || word == "0";
  if (yes || no) target = yes;
  return yes || no;
}

// A bare number is MiB, as the earlier implementation had it; else docker's sizes.
bool set_size(std::uint64_t& target, std::string_view value) {
  if (const auto mib = base::parse_number<std::uint64_t>(value)) {
    if (*mib == 0 || *mib > (1ull << 40)) return false;
    target = *mib << 20;
    return true;
  }
  const auto bytes = base::parse_size(value);
  if (!bytes || *bytes == 0) return false;
  target = *bytes;
  return true;
}

bool set_vcpus(unsigned& target, std::string_view value) {
  const auto count = base::parse_number<unsigned>(value);
  if (!count || *count == 0 || *count > 128) return false;
  target = *count;
  return true;
}

bool set_guest_type(std::string& target, std::string_view value) {
  if (value != "pv" && value != "pvh" && value != "auto") return false;
  target = value == "auto" ? "" : value;
  return true;
}

bool set_list(std::vector<std::string>& target, std::string_view value) {
  target.clear();
  for (const std::string& part : base::split(value, ','))
    if (!base::trim(part).empty()) target.emplace_back(base::trim(part));
  return true;
}

bool set_downloads(std::optional<unsigned>& target, std::string_view value) {
  const auto count = base::parse_number<unsigned>(value);
  if (!count || *count == 0 || *count > 64) return false;
  target = *count;
  return true;
}

using Setter = bool (*)(Settings&, std::string_view);

struct Key {
  std::string_view name;
  std::string_view environment;
  std::string_view meaning;
  Setter set;  // nullptr: known from the earlier implementation, and without effect
};

const Key keys[] = {
    {"data-root", "VXN_DATA_ROOT", "directory of images and containers",
     [](Settings& s, std::string_view v) { return set_text(s.data_root, v); }},
    {"run-root", "VXN_RUN_ROOT", "directory of what lives only while containers run",
     [](Settings& s, std::string_view v) { return set_text(s.run_root, v); }},
    {"libexec-dir", "VXN_LIBEXEC_DIR", "directory of vxn-monitor and vxn-image-worker",
     [](Settings& s, std::string_view v) { return set_text(s.libexec, v); }},
    {"memory", "VXN_MEMORY", "memory of a container (MiB, or 512m, 1g)",
     [](Settings& s, std::string_view v) { return set_size(s.memory, v); }},
    {"guest-memory", "VXN_GUEST_MEMORY",
     "memory added for the guest's kernel and agent (0: what it needs)",
     [](Settings& s, std::string_view v) { return set_size(s.guest_memory, v); }},
    {"vcpus", "VXN_VCPUS", "virtual CPUs of a container",
     [](Settings& s, std::string_view v) { return set_vcpus(s.vcpus, v); }},
    {"storage-size", "VXN_STORAGE_SIZE", "size of a container's writable disk (sparse)",
     [](Settings& s, std::string_view v) { return set_size(s.storage_size, v); }},
    {"domu-type", "VXN_DOMU_TYPE", "pv, pvh or auto",
     [](Settings& s, std::string_view v) { return set_guest_type(s.guest_type, v); }},
    {"kernel", "VXN_KERNEL", "guest kernel, as `vxn-kernel list` names it",
     [](Settings& s, std::string_view v) { return set_text(s.kernel, v); }},
    {"domu-cmdline-extra", "VXN_DOMU_CMDLINE_EXTRA", "added to the guest kernel's command line",
     [](Settings& s, std::string_view v) { return set_text(s.kernel_arguments, v); }},
    {"balloon-dom0", "VXN_BALLOON_DOM0", "may memory be taken from dom0 for a container",
     [](Settings& s, std::string_view v) { return set_bool(s.balloon_dom0, v); }},
    {"registry", "VXN_REGISTRY", "registry of names without one",
     [](Settings& s, std::string_view v) { return set_text(s.registry, v == "none" ? "" : v); }},
    {"insecure-registries", "VXN_INSECURE_REGISTRIES", "registries spoken to by HTTP, with commas",
     [](Settings& s, std::string_view v) { return set_list(s.insecure_registries, v); }},
    {"max-concurrent-downloads", "VXN_MAX_CONCURRENT_DOWNLOADS", "layers on their way at a time",
     [](Settings& s, std::string_view v) { return set_downloads(s.downloads, v); }},
    {"ca-cert", "VXN_CA_CERT", "file of added certificate authorities",
     [](Settings& s, std::string_view v) { return set_text(s.ca_file, v); }},
    {"registry-auth", "VXN_REGISTRY_AUTH", "credentials, as docker or podman keeps them",
     [](Settings& s, std::string_view v) { return set_text(s.credentials_file, v); }},
    {"arch", "VXN_ARCH", "architecture of images",
     [](Settings& s, std::string_view v) { return set_text(s.arch, v); }},
    {"keep-blobs", "VXN_KEEP_BLOBS",
     "may layers that were pulled stay as they came, beside the disks made of them",
     [](Settings& s, std::string_view v) { return set_bool(s.keep_blobs, v); }},
    {"timeout", "VXN_TIMEOUT", "of the earlier implementation: a container is never cut off",
     nullptr},
    {"state-dir", "VXN_STATE_DIR", "of the earlier implementation: now data-root", nullptr},
    {"verbose", "VXN_VERBOSE", "of the earlier implementation: now --debug", nullptr},
    {"idle-timeout", "VXN_IDLE_TIMEOUT", "of the earlier implementation's resident guest", nullptr},
    {"auto-daemon", "VXN_AUTO_DAEMON", "of the earlier implementation's resident guest", nullptr},
};

// A key as it is written in a file ("memory") or, as in the earlier vxn.conf, as the environment
// has it ("VXN_MEMORY").
const Key* find_key(std::string_view name) {
  const auto* found = std::find_if(std::begin(keys), std::end(keys), [&](const Key& key) {
    return key.name == name || key.environment == name;
  });
  return found == std::end(keys) ? nullptr : found;
}

void apply(Settings& settings, std::string_view name, std::string_view value,
           const std::string& where) {
  const Key* key = find_key(name);
  if (!key)
    throw base::Error(base::ErrorKind::usage,
                      fmt::format("{}: no such setting: {}", where, base::printable(name)));
  if (!key->set) {
    base::log_debug("{}: {} has no effect ({})", where, key->name, key->meaning);
    return;
  }
  if (!key->set(settings, value))
    throw base::Error(base::ErrorKind::usage,
                      fmt::format("{}: {} cannot be \"{}\" ({})", where, name,
                                  base::printable(value), key->meaning));
}

std::string_view unquoted(std::string_view value) {
  const bool quoted = value.size() >= 2 && value.front() == value.back() &&
                      (value.front() == '"' || value.front() == '\'');
  return quoted ? value.substr(1, value.size() - 2) : value;
}

void apply_file(Settings& settings, const std::string& path) {
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
    apply(settings, base::trim(line.substr(0, equals)),
          unquoted(base::trim(line.substr(equals + 1))), where);
  }
}

void apply_environment(Settings& settings) {
  for (const Key& key : keys)
    if (const char* value = std::getenv(std::string(key.environment).c_str()))
      if (*value != '\0') apply(settings, key.name, value, "environment");
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

const std::vector<SettingKey>& setting_keys() {
  static const std::vector<SettingKey> all = [] {
    std::vector<SettingKey> result;
    for (const Key& key : keys)
      if (key.set) result.push_back({key.name, key.meaning});
    return result;
  }();
  return all;
}

std::string user_settings_path(std::string_view program) {
  return home_path("XDG_CONFIG_HOME", "/.config") + "/" + std::string(program) + "/config";
}

Settings load_settings(std::string_view program,
                       const std::map<std::string, std::string>& overrides) {
  Settings settings = defaults();
  apply_file(settings, VXN_SYSCONF_DIR "/vxn.conf");
  apply_file(settings, user_settings_path(program));
  apply_environment(settings);
  for (const auto& [key, value] : overrides) apply(settings, key, value, "--" + key);
  require_absolute("data-root", settings.data_root);
  require_absolute("run-root", settings.run_root);
  return settings;
}

}  // namespace engine
