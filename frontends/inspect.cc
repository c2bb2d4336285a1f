#include "frontends/inspect.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/resource_limits.h"
#include "base/signals.h"
#include "base/text.h"
#include "engine/restart.h"

namespace frontends {
namespace {

using base::Json;

constexpr std::string_view no_time = "0001-01-01T00:00:00Z";  // Go's zero
constexpr std::size_t longest_text = 1u << 20;

std::string time_text(base::WallTime time) {
  return time == base::WallTime{} ? std::string(no_time) : base::format_time(time);
}

// JSON is UTF-8: other bytes are shown escaped.
std::string text_of(const std::string& bytes) {
  return base::is_utf8(bytes) ? bytes : base::printable(bytes, longest_text);
}

Json texts(std::vector<std::string> values) {
  for (std::string& value : values) value = text_of(value);
  return values;
}

struct Times {
  base::WallTime started{};
  base::WallTime finished{};
};

Times times_of(const engine::State& state) {
  if (const auto* running = std::get_if<engine::Running>(&state)) return {running->started, {}};
  if (const auto* exited = std::get_if<engine::Exited>(&state))
    return {exited->started, exited->finished};
  return {};
}

Json state_document(const engine::State& state, int pid) {
  const auto* exited = std::get_if<engine::Exited>(&state);
  const Times times = times_of(state);
  return {
      {"Status", engine::state_name(state)},
      {"Running", engine::is_alive(state)},
      {"Paused", engine::is_paused(state)},
      {"Restarting", engine::is_restarting(state)},
      {"OOMKilled", exited && exited->reason == engine::EndReason::out_of_memory},
      {"Dead", false},
      {"Pid", pid},
      {"ExitCode", exited ? exited->code : 0},
      {"Error", exited ? text_of(exited->error) : ""},
      {"StartedAt", time_text(times.started)},
      {"FinishedAt", time_text(times.finished)},
      {"MissedWakeups", engine::missed_wakeups(state)},  // ours: docker has no such
  };
}

Json log_document(const engine::LogConfig& log) {
  Json options = Json::object();
  if (log.kept) {
    options["max-file"] = std::to_string(log.max_files);
    options["max-size"] = std::to_string(log.max_size);
  }
  return {{"Type", log.kept ? "json-file" : "none"}, {"Config", std::move(options)}};
}

Json limits_document(const std::vector<protocol::ResourceLimit>& limits) {
  Json list = Json::array();
  for (const protocol::ResourceLimit& limit : limits)
    list.push_back({{"Name", base::limit_name(limit.resource)},
                    {"Hard", static_cast<std::int64_t>(limit.hard)},
                    {"Soft", static_cast<std::int64_t>(limit.soft)}});
  return list;
}

Json tmpfs_document(const std::vector<protocol::TmpfsMount>& mounts) {
  Json map = Json::object();
  for (const protocol::TmpfsMount& mount : mounts)
    map[text_of(mount.target)] = text_of(mount.options);
  return map;
}

Json host_config(const engine::ContainerConfig& config) {
  constexpr std::uint64_t billion = 1'000'000'000;
  constexpr std::uint64_t default_shm = 64u << 20;
  const engine::Policy& policy = config.policy;
  return {
      {"AutoRemove", config.auto_remove},
      {"Annotations", config.annotations},
      {"CapAdd", policy.added_capabilities},
      {"CapDrop", policy.dropped_capabilities},
      {"CpusetCpus", config.cpuset},
      {"GroupAdd", policy.groups},
      {"Init", config.init},
      {"LogConfig", log_document(config.log)},
      {"Memory", config.memory},
      {"NanoCpus", config.nano_cpus != 0 ? config.nano_cpus : config.vcpus * billion},
      {"OomScoreAdj", policy.oom_score_adj.value_or(0)},
      {"PidsLimit", config.pids_limit},
      {"Privileged", policy.privileged},
      {"ReadonlyRootfs", config.read_only},
      {"RestartPolicy",
       {{"Name", std::string(engine::to_string(config.restart.when))},
        {"MaximumRetryCount", config.restart.most}}},
      {"Runtime", "vxn"},
      {"SecurityOpt", policy.security_options},
      {"ShmSize", config.shm_size != 0 ? config.shm_size : default_shm},
      {"StorageOpt", {{"size", std::to_string(config.storage_size)}}},
      {"Sysctls", config.sysctls},
      {"Tmpfs", tmpfs_document(config.tmpfs)},
      {"Ulimits", limits_document(policy.limits)},
  };
}

Json process_config(const engine::ContainerConfig& config) {
  return {
      {"Hostname", config.hostname},
      {"User", text_of(config.user)},
      {"Tty", config.terminal},
      {"OpenStdin", config.interactive},
      {"Env", texts(config.env)},
      {"Cmd", texts(config.argv)},
      {"Image", text_of(config.image)},
      {"WorkingDir", text_of(config.working_directory)},
      {"Labels", config.labels},
      {"StopSignal", base::signal_name(config.stop_signal)},
      {"StopTimeout", config.stop_timeout},
  };
}

// What a guest is, which neither docker nor podman has.
Json guest_document(const engine::Container& container) {
  const engine::ContainerConfig& config = container.config;
  const engine::Placement& placement = config.placement;
  const bool shared = placement.kind == engine::InstanceKind::memres;
  return {
      {"Isolation", to_string(engine::isolation_of(container))},
      {"WantedIsolation", to_string(config.isolation)},
      {"Memres", shared ? placement.instance : ""},
      {"Slot", placement.slot},
      {"Domain", shared ? "vxn-memres-" + placement.instance : container.domain_name()},
      {"Uuid", placement.domain.text()},
      {"Kernel", config.kernel},
      {"Type", config.guest_type},
      {"GuestMemory", config.guest_memory},
  };
}

Json common(const engine::Container& container, const cli::InspectFacts& facts) {
  const engine::ContainerConfig& config = container.config;
  std::vector<std::string> arguments = config.argv;
  if (!arguments.empty()) arguments.erase(arguments.begin());
  return {
      {"Id", config.id},
      {"Created", time_text(config.created)},
      {"Path", config.argv.empty() ? "" : text_of(config.argv[0])},
      {"Args", texts(std::move(arguments))},
      {"State", state_document(container.state, facts.pid)},
      {"LogPath", config.log.kept ? facts.log_path : ""},
      {"RestartCount", engine::restart_count(container.state)},
      {"Platform", config.platform.substr(0, config.platform.find('/'))},
      {"Mounts", Json::array()},
      {"HostConfig", host_config(config)},
      {"Config", process_config(config)},
      {"Xen", guest_document(container)},
  };
}

void tell_size(Json& document, const cli::InspectFacts& facts) {
  if (!facts.size) return;
  document["SizeRw"] = facts.size->writable;
  document["SizeRootFs"] = facts.size->whole;
}

}  // namespace

Json docker_inspect(const engine::Container& container, const cli::InspectFacts& facts) {
  Json document = common(container, facts);
  tell_size(document, facts);
  document["Image"] = container.config.image_id;
  document["Name"] = "/" + container.config.name;
  return document;
}

Json podman_inspect(const engine::Container& container, const cli::InspectFacts& facts) {
  Json document = common(container, facts);
  tell_size(document, facts);
  const std::string& id = container.config.image_id;
  document["Image"] = id.substr(std::min(id.find(':') + 1, id.size()));
  document["ImageName"] = text_of(container.config.image);
  document["Name"] = container.config.name;
  return document;
}

}  // namespace frontends
