#include "oci-runtime/bundle.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/resource_limits.h"
#include "base/text.h"
#include "engine/capabilities.h"
#include "image/platform.h"
#include "oci-runtime/mounts.h"

namespace oci {
namespace {

using base::Json;

constexpr std::int64_t most_umask = 0777;
constexpr std::size_t most_config = 4u << 20;
constexpr std::uint64_t billion = 1'000'000'000;

[[noreturn]] void refuse(std::string_view member, std::string_view why) {
  throw base::Error(base::ErrorKind::unsupported, fmt::format("{}: {}", member, why));
}
[[noreturn]] void corrupt(std::string_view member, std::string_view why) {
  throw base::Error(base::ErrorKind::corrupt, fmt::format("config.json: {}: {}", member, why));
}

bool is_empty(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() || found->is_null() || found->empty() || *found == Json(0) ||
         *found == Json(false) || *found == Json("");
}

// Members that a guest cannot have, each with the reason; where one is there and says something.
struct Refused {
  const char* member;
  std::string_view why;
};
void refuse_members(const Json& object, std::string_view within, std::span<const Refused> refused) {
  for (const Refused& entry : refused)
    if (!is_empty(object, entry.member))
      refuse(fmt::format("{}{}", within, entry.member), entry.why);
}

constexpr std::array refused_of_linux = {
    Refused{"uidMappings", "a guest has users of its own"},
    Refused{"gidMappings", "a guest has groups of its own"},
    Refused{"devices", "devices of the host cannot be shown to a guest"},
    Refused{"intelRdt", "the processors' caches are the hypervisor's"},
    Refused{"personality", "a guest's processes have the kernel's own"},
    Refused{"timeOffsets", "a guest has no time namespace"},
};
constexpr std::array refused_of_resources = {
    Refused{"hugepageLimits", "a guest has no huge pages of its own"},
    Refused{"rdma", "a guest has no such devices"},
};

std::uint64_t positive(const Json& object, const char* key) {
  const std::int64_t value = base::integer_member(object, key, 0);
  return value > 0 ? static_cast<std::uint64_t>(value) : 0;  // -1: no limit
}

void take_user(const Json& process, engine::ContainerConfig& config) {
  const Json* user = base::object_member(process, "user");
  if (user == nullptr) return;
  config.user = fmt::format("{}:{}", positive(*user, "uid"), positive(*user, "gid"));
  const std::int64_t umask = base::integer_member(*user, "umask", protocol::default_umask);
  if (umask < 0 || umask > most_umask) corrupt("process.user.umask", "not a file mode mask");
  config.policy.umask = static_cast<std::uint32_t>(umask);
  if (const Json* groups = base::array_member(*user, "additionalGids"))
    for (const Json& group : *groups) {
      if (!group.is_number_unsigned()) corrupt("process.user.additionalGids", "not a number");
      config.policy.groups.push_back(std::to_string(group.get<std::uint32_t>()));
    }
}

// What root has; another user has none of them once its program runs (capabilities(7)).
void take_capabilities(const Json& process, engine::ContainerConfig& config) {
  config.policy.capabilities = 0;
  const Json* sets = base::object_member(process, "capabilities");
  if (sets == nullptr) return;
  std::vector<std::string> bounding;
  for (const std::string& name : base::list_member(*sets, "bounding"))
    bounding.push_back(engine::capability_name(name));
  config.policy.capabilities = engine::capability_set(bounding, {"ALL"});
  const bool root = config.user.starts_with("0:") || config.user.empty();
  if (!root && !is_empty(*sets, "ambient"))
    refuse("process.capabilities.ambient", "a guest's processes have none");
}

std::uint64_t limit_value(const Json& entry, const char* key) {
  const auto found = entry.find(key);
  if (found == entry.end() || !found->is_number()) corrupt("process.rlimits", "no number");
  return found->get<std::uint64_t>();
}

void take_limits(const Json& process, engine::ContainerConfig& config) {
  const Json* limits = base::array_member(process, "rlimits");
  if (limits == nullptr) return;
  for (const Json& entry : *limits) {
    constexpr std::string_view prefix = "RLIMIT_";
    const std::string type = base::text_member(entry, "type");
    const auto resource = type.starts_with(prefix)
                              ? base::parse_limit_name(base::lower(type.substr(prefix.size())))
                              : std::nullopt;
    if (!resource) corrupt("process.rlimits", "unknown: " + base::printable(type));
    config.policy.limits.push_back({.resource = *resource,
                                    .soft = limit_value(entry, "soft"),
                                    .hard = limit_value(entry, "hard")});
  }
}

void take_process(const Json& process, Bundle& bundle) {
  engine::ContainerConfig& config = bundle.request.config;
  config.argv = base::list_member(process, "args");
  config.env = base::list_member(process, "env");
  config.working_directory = base::text_member(process, "cwd");
  config.terminal = base::bool_member(process, "terminal");
  config.interactive = true;  // what stands at 0 is its input, whatever that is
  if (config.argv.empty()) corrupt("process.args", "there is no command");
  if (!config.working_directory.starts_with('/')) corrupt("process.cwd", "not an absolute path");
  take_user(process, config);
  take_capabilities(process, config);
  take_limits(process, config);
  config.policy.no_new_privileges = base::bool_member(process, "noNewPrivileges");
  if (!is_empty(process, "oomScoreAdj"))
    config.policy.oom_score_adj = static_cast<int>(base::integer_member(process, "oomScoreAdj"));
  if (const Json* size = base::object_member(process, "consoleSize"))
    bundle.console = {.rows = static_cast<unsigned>(positive(*size, "height") & 0xffff),
                      .columns = static_cast<unsigned>(positive(*size, "width") & 0xffff)};
}

void take_cpu(const Json& cpu, engine::ContainerConfig& config) {
  const std::uint64_t quota = positive(cpu, "quota");  // microseconds of every period
  const std::uint64_t period = positive(cpu, "period");
  if (quota != 0)
    config.nano_cpus = std::min(quota, std::numeric_limits<std::uint64_t>::max() / billion) *
                       billion / (period == 0 ? 100'000 : period);
  config.cpuset = base::text_member(cpu, "cpus");
  if (!is_empty(cpu, "realtimeRuntime"))
    refuse("linux.resources.cpu.realtimeRuntime", "a guest's scheduler has no such share");
}

// Shares, weights and the rules for devices are between the processes of one kernel.
void take_resources(const Json& resources, engine::ContainerConfig& config) {
  refuse_members(resources, "linux.resources.", refused_of_resources);
  if (const Json* memory = base::object_member(resources, "memory"))
    config.memory = positive(*memory, "limit");
  if (const Json* pids = base::object_member(resources, "pids"))
    config.pids_limit = positive(*pids, "limit");
  if (const Json* cpu = base::object_member(resources, "cpu")) take_cpu(*cpu, config);
}

// A guest has all of them for itself; what it would share with another container, or with the host,
// it cannot. Of the network's only the process that stands for it knows.
void take_namespaces(const Json& namespaces, Placement& placement) {
  for (const Json& entry : namespaces) {
    const std::string type = base::text_member(entry, "type");
    const std::string path = base::text_member(entry, "path");
    if (type == "network") {
      placement.own_network = path.empty();
      placement.network = path;
    } else if (!path.empty()) {
      refuse("linux.namespaces", base::printable(type) + ": a guest shares none with others");
    }
  }
}

void take_linux(const Json& linux, Bundle& bundle) {
  engine::DirectoryRequest& request = bundle.request;
  refuse_members(linux, "linux.", refused_of_linux);
  if (const Json* namespaces = base::array_member(linux, "namespaces"))
    take_namespaces(*namespaces, bundle.placement);
  if (const Json* resources = base::object_member(linux, "resources"))
    take_resources(*resources, request.config);
  if (const Json* seccomp = base::object_member(linux, "seccomp"))
    request.seccomp = base::dump_compact(*seccomp);
  request.config.sysctls = base::map_member(linux, "sysctl");
  request.config.policy.unmasked =
      is_empty(linux, "maskedPaths") && is_empty(linux, "readonlyPaths");
  bundle.placement.cgroup = base::text_member(linux, "cgroupsPath");
}

void take_root(const Json& config, Bundle& bundle) {
  const Json* root = base::object_member(config, "root");
  const std::string path = root == nullptr ? "" : base::text_member(*root, "path");
  if (path.empty()) corrupt("root.path", "missing");
  bundle.request.directory = path.starts_with('/') ? path : bundle.path + "/" + path;
  bundle.request.config.read_only = base::bool_member(*root, "readonly");
}

void take_hooks(const Json& config) {
  const Json* hooks = base::object_member(config, "hooks");
  if (hooks == nullptr) return;
  for (const auto& [name, list] : hooks->items())
    if (!list.empty())
      refuse("hooks." + base::printable(name), "what they would change is not the guest's");
}

}  // namespace

Bundle parse_bundle(std::string_view text, const std::string& path) {
  const Json config = base::parse_json(text, "config.json");
  if (!config.is_object()) corrupt("config", "not an object");
  Bundle bundle{.path = path, .oci_version = base::text_member(config, "ociVersion")};
  engine::ContainerConfig& container = bundle.request.config;
  if (!bundle.oci_version.starts_with("1."))
    corrupt("ociVersion", "not 1.x: \"" + base::printable(bundle.oci_version) + "\"");
  const Json* process = base::object_member(config, "process");
  if (process == nullptr) corrupt("process", "missing");
  take_root(config, bundle);
  take_process(*process, bundle);
  take_hooks(config);
  container.hostname = base::text_member(config, "hostname");
  container.platform = image::Platform::host().text();
  container.log.kept = false;  // whoever starts us keeps it
  container.annotations = bundle.annotations = base::map_member(config, "annotations");
  if (const Json* mounts = base::array_member(config, "mounts"))
    take_mounts(*mounts, path, bundle.request);
  if (const Json* linux = base::object_member(config, "linux")) take_linux(*linux, bundle);
  return bundle;
}

Bundle load_bundle(const std::string& path) {
  return base::doing("the bundle " + path, [&] {
    return parse_bundle(base::read_file(path + "/config.json", most_config), path);
  });
}

}  // namespace oci
