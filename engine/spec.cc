#include "engine/spec.h"

#include <algorithm>

#include "engine/capabilities.h"
#include "engine/create.h"
#include "image/store_layout.h"

namespace engine {

namespace {

bool is_shared(const ContainerConfig& config) {
  return config.placement.kind == InstanceKind::memres;
}

// Of every 100 ms; what the guest's processors give anyhow is no limit.
std::uint64_t cpu_quota(const ContainerConfig& config) {
  constexpr std::uint64_t billion = 1'000'000'000;
  constexpr std::uint64_t period = 100'000;  // microseconds
  constexpr std::uint64_t least = 1000;      // of the kernel's (Documentation/scheduler/sched-bwc)
  const bool filled = config.nano_cpus >= config.vcpus * billion && !is_shared(config);
  if (config.nano_cpus == 0 || filled) return 0;
  return std::max(config.nano_cpus * period / billion, least);
}

std::vector<std::string> assignments(const std::map<std::string, std::string>& settings) {
  std::vector<std::string> list;
  list.reserve(settings.size());
  for (const auto& [name, value] : settings) list.push_back(name + "=" + value);
  return list;
}

void apply(const Policy& policy, const std::string& filter, protocol::ProcessSpec& spec) {
  spec.groups = policy.groups;
  spec.capabilities = policy.capabilities;
  spec.no_new_privileges = policy.no_new_privileges;
  spec.seccomp = filter;
  spec.limits = policy.limits;
  spec.oom_score_adj = policy.oom_score_adj;
  spec.umask = policy.umask;
}

}  // namespace

protocol::DiskId gpt_bytes(const base::Uuid& guid) {
  protocol::DiskId bytes = guid.bytes();
  std::reverse(bytes.begin(), bytes.begin() + 4);
  std::reverse(bytes.begin() + 4, bytes.begin() + 6);
  std::reverse(bytes.begin() + 6, bytes.begin() + 8);
  return bytes;
}

protocol::ContainerSpec container_spec(const ContainerConfig& config) {
  return {.hostname = config.hostname,
          .layers = static_cast<std::uint32_t>(config.layers.size() + config.own_layers.size()),
          .read_only_disk = gpt_bytes(is_shared(config) ? config.placement.read_only_disk
                                                        : config.read_only_disk),
          .writable_disk = config.writable_disk.bytes(),
          .read_only_root = config.read_only,
          .hosts = {},
          .memory_limit = is_shared(config) && !config.memory_limited ? 0 : config.memory,
          .cpu_quota = cpu_quota(config),
          .pids_limit = config.pids_limit,
          .shm_size = config.shm_size,
          .tmpfs = config.tmpfs,
          .sysctls = assignments(config.sysctls),
          .unmasked = config.policy.unmasked,
          .user_entry = config.user_entry};
}

protocol::ProcessSpec process_spec(const ContainerConfig& config, const std::string& filter) {
  protocol::ProcessSpec spec{
      .argv = config.argv,
      .env = config.env,
      .working_directory = config.working_directory,
      .user = config.user,
      .groups = {},
      .terminal = config.terminal ? std::optional(protocol::WindowSize{}) : std::nullopt,
      .standard_input = config.interactive,
      .init = config.init};
  apply(config.policy, filter, spec);
  return spec;
}

protocol::ProcessSpec exec_spec(const ContainerConfig& config, const std::string& filter,
                                const ExecRequest& request) {
  std::vector<std::string> env = config.env;
  if (request.terminal) env = merge_environment(std::move(env), {"TERM=xterm"});
  const std::string& directory = request.working_directory;
  protocol::ProcessSpec spec{
      .argv = request.command,
      .env = merge_environment(std::move(env), request.env),
      .working_directory = directory.empty() ? config.working_directory : directory,
      .user = request.user.empty() ? config.user : request.user,
      .groups = {},
      .terminal = request.terminal ? std::optional(protocol::WindowSize{}) : std::nullopt,
      .standard_input = request.interactive,
      .init = false};
  apply(config.policy, filter, spec);
  spec.beside = request.beside;
  if (request.privileged || request.beside) {
    spec.capabilities = all_capabilities();
    spec.seccomp.clear();
  }
  return spec;
}

protocol::ProcessSpec tool_spec(const std::string& tool) {
  protocol::ProcessSpec spec;
  spec.working_directory = "/";
  spec.user = "0:0";
  spec.capabilities = all_capabilities();
  spec.tool = tool;
  return spec;
}

std::vector<std::string> layer_paths(const ContainerConfig& config, const std::string& data_root) {
  const image::StoreLayout layout{data_root + "/images"};
  std::vector<std::string> paths;
  for (const std::string& layer : config.layers) paths.push_back(layout.disk(layer));
  for (const std::string& layer : config.own_layers)
    paths.push_back(own_layer_path(config.id, layer, data_root));
  return paths;
}

std::string own_layer_path(const std::string& id, const std::string& layer,
                           const std::string& data_root) {
  return data_root + "/containers/" + id + "/" + layer;
}

}  // namespace engine
