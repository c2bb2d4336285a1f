#include "engine/setting_keys.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "guest-init/protocol/wishes.h"
#include "memres/instance.h"

namespace engine {
namespace {

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

bool set_guest_memory(std::uint64_t& target, std::string_view value) {
  if (value != "0") return set_size(target, value);
  target = 0;
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

bool set_isolation(Isolation& target, std::string_view value) {
  const auto isolation = parse_isolation(value);
  if (isolation) target = *isolation;
  return isolation.has_value();
}

bool set_instance(std::string& target, std::string_view value) {
  if (!memres::valid_instance_name(value)) return false;
  target = value;
  return true;
}

bool set_seconds(std::chrono::seconds& target, std::string_view value) {
  const auto seconds = base::parse_number<unsigned>(value);
  if (seconds) target = std::chrono::seconds(*seconds);
  return seconds.has_value();
}

bool set_slots(unsigned& target, std::string_view value) {
  const auto count = base::parse_number<unsigned>(value);
  if (!count || *count == 0 || *count > protocol::most_slots) return false;
  target = *count;
  return true;
}

bool set_registry(std::string& target, std::string_view value) {
  return set_text(target, value == "none" ? "" : value);
}

std::string show_text(const std::string& value) { return value; }
std::string show_bool(bool value) { return value ? "yes" : "no"; }
std::string show_number(unsigned value) { return std::to_string(value); }
std::string show_list(const std::vector<std::string>& value) { return base::join(value, ","); }
std::string show_guest_type(const std::string& value) { return value.empty() ? "auto" : value; }
std::string show_isolation(Isolation value) { return std::string(to_string(value)); }
std::string show_seconds(std::chrono::seconds value) { return std::to_string(value.count()); }

// As it can be written again.
std::string show_size(std::uint64_t value) {
  if (value % (1u << 30) == 0) return fmt::format("{}g", value >> 30);
  return value % (1u << 20) == 0 ? fmt::format("{}m", value >> 20) : fmt::format("{}b", value);
}

std::string show_downloads(const std::optional<unsigned>& value) {
  return value ? std::to_string(*value) : "";
}

template <auto member, auto set, auto show>
constexpr SettingKey key(std::string_view name, std::string_view environment,
                         std::string_view meaning) {
  return {.name = name,
          .environment = environment,
          .meaning = meaning,
          .set = [](Settings& settings,
                    std::string_view value) { return set(settings.*member, value); },
          .show = [](const Settings& settings) { return show(settings.*member); }};
}

constexpr std::array keys = {
    key<&Settings::data_root, set_text, show_text>("data-root", "VXN_DATA_ROOT",
                                                   "directory of images and containers"),
    key<&Settings::run_root, set_text, show_text>(
        "run-root", "VXN_RUN_ROOT", "directory of what lives only while containers run"),
    key<&Settings::libexec, set_text, show_text>("libexec-dir", "VXN_LIBEXEC_DIR",
                                                 "directory of vxn-monitor and vxn-image-worker"),
    key<&Settings::memory, set_size, show_size>("memory", "VXN_MEMORY",
                                                "memory of a container (MiB, or 512m, 1g)"),
    key<&Settings::guest_memory, set_guest_memory, show_size>(
        "guest-memory", "VXN_GUEST_MEMORY",
        "memory added for the guest's kernel and agent (0: what it needs)"),
    key<&Settings::vcpus, set_vcpus, show_number>("vcpus", "VXN_VCPUS",
                                                  "virtual CPUs of a container"),
    key<&Settings::storage_size, set_size, show_size>(
        "storage-size", "VXN_STORAGE_SIZE", "size of a container's writable disk (sparse)"),
    key<&Settings::guest_type, set_guest_type, show_guest_type>("domu-type", "VXN_DOMU_TYPE",
                                                                "pv, pvh or auto"),
    key<&Settings::kernel, set_text, show_text>("kernel", "VXN_KERNEL",
                                                "guest kernel, as `vxn-kernel list` names it"),
    key<&Settings::kernel_arguments, set_text, show_text>(
        "domu-cmdline-extra", "VXN_DOMU_CMDLINE_EXTRA", "added to the guest kernel's command line"),
    key<&Settings::balloon_dom0, set_bool, show_bool>(
        "balloon-dom0", "VXN_BALLOON_DOM0", "may memory be taken from dom0 for a container"),
    key<&Settings::isolation, set_isolation, show_isolation>(
        "isolation", "VXN_ISOLATION",
        "of containers: vm, memres, or auto (memres where one is up)"),
    key<&Settings::instance, set_instance, show_text>(
        "instance", "VXN_INSTANCE", "the memres that is meant unless another is named"),
    key<&Settings::auto_daemon, set_bool, show_bool>(
        "auto-daemon", "VXN_AUTO_DAEMON", "is a memres started when a container could be in one"),
    key<&Settings::idle_timeout, set_seconds, show_seconds>(
        "idle-timeout", "VXN_IDLE_TIMEOUT",
        "seconds without a container after which a memres ends (0: never)"),
    key<&Settings::memres_memory, set_size, show_size>("memres-memory", "VXN_MEMRES_MEMORY",
                                                       "memory of a memres (MiB, or 512m, 1g)"),
    key<&Settings::memres_slots, set_slots, show_number>("memres-slots", "VXN_MEMRES_SLOTS",
                                                         "containers in a memres at once, at most"),
    key<&Settings::registry, set_registry, show_text>("registry", "VXN_REGISTRY",
                                                      "registry of names without one"),
    key<&Settings::insecure_registries, set_list, show_list>(
        "insecure-registries", "VXN_INSECURE_REGISTRIES",
        "registries spoken to by HTTP, with commas"),
    key<&Settings::downloads, set_downloads, show_downloads>("max-concurrent-downloads",
                                                             "VXN_MAX_CONCURRENT_DOWNLOADS",
                                                             "layers on their way at a time"),
    key<&Settings::ca_file, set_text, show_text>("ca-cert", "VXN_CA_CERT",
                                                 "file of added certificate authorities"),
    key<&Settings::credentials_file, set_text, show_text>(
        "registry-auth", "VXN_REGISTRY_AUTH", "credentials, as docker or podman keeps them"),
    key<&Settings::arch, set_text, show_text>("arch", "VXN_ARCH", "architecture of images"),
    key<&Settings::keep_blobs, set_bool, show_bool>(
        "keep-blobs", "VXN_KEEP_BLOBS",
        "may layers that were pulled stay as they came, beside the disks made of them"),
};

// Of the earlier implementation: known, and without effect.
struct FormerKey {
  std::string_view name;
  std::string_view environment;
  std::string_view meaning;
};
constexpr std::array former_keys = {
    FormerKey{"timeout", "VXN_TIMEOUT", "a container is never cut off"},
    FormerKey{"state-dir", "VXN_STATE_DIR", "now data-root"},
    FormerKey{"verbose", "VXN_VERBOSE", "now --debug"},
};

template <typename Keys>
const typename Keys::value_type* find(const Keys& among, std::string_view name) {
  const auto* found = std::find_if(among.begin(), among.end(), [&](const auto& key) {
    return key.name == name || key.environment == name;
  });
  return found == among.end() ? nullptr : found;
}

}  // namespace

std::span<const SettingKey> setting_keys() { return keys; }

const SettingKey* find_setting(std::string_view name) { return find(keys, name); }

std::string_view former_setting(std::string_view name) {
  const FormerKey* former = find(former_keys, name);
  return former == nullptr ? std::string_view() : former->meaning;
}

}  // namespace engine
