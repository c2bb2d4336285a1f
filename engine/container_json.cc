#include "engine/container_json.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json.h"
#include "engine/policy.h"
#include "engine/restart.h"

namespace engine {
namespace {

using base::Json;

[[noreturn]] void corrupt(std::string_view what, std::string_view why) {
  throw base::Error(base::ErrorKind::corrupt, fmt::format("{}: {}", what, why));
}

Json byte_list(const std::vector<std::string>& values) {
  Json list = Json::array();
  for (const std::string& value : values) list.push_back(base::to_json_bytes(value));
  return list;
}

std::vector<std::string> read_byte_list(const Json& object, const char* key) {
  std::vector<std::string> values;
  if (const Json* list = base::array_member(object, key))
    for (const Json& value : *list) values.push_back(base::from_json_bytes(value));
  return values;
}

std::string bytes_member(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? "" : base::from_json_bytes(*found);
}

base::WallTime time_member(const Json& object, const char* key) {
  const std::string text = base::text_member(object, key);
  return text.empty() ? base::WallTime{} : base::parse_time(text).value_or(base::WallTime{});
}

Json time_value(base::WallTime time) {
  return time == base::WallTime{} ? Json(nullptr) : Json(base::format_time(time));
}

base::Uuid uuid_member(const Json& object, const char* key, std::string_view what) {
  const auto uuid = base::Uuid::parse(base::text_member(object, key));
  if (!uuid) corrupt(what, fmt::format("\"{}\" is not a UUID", key));
  return *uuid;
}

std::uint64_t size_member(const Json& object, const char* key, std::string_view what) {
  const std::int64_t value = base::integer_member(object, key);
  if (value < 0) corrupt(what, fmt::format("\"{}\" is negative", key));
  return static_cast<std::uint64_t>(value);
}

// Absent in records of before there was a choice.
Isolation isolation_member(const Json& record, std::string_view what) {
  const auto isolation = parse_isolation(base::text_member(record, "isolation", "vm"));
  if (!isolation) corrupt(what, "an isolation of an unknown kind");
  return *isolation;
}

// Absent in records of before there were restart policies.
RestartPolicy restart_member(const Json& object, std::string_view what) {
  const Json* member = base::object_member(object, "restart");
  if (member == nullptr) return {};
  const auto when = parse_restart_policy(base::text_member(*member, "when"));
  if (!when) corrupt(what, "an unknown restart policy");
  return {.when = *when, .most = static_cast<unsigned>(size_member(*member, "most", what))};
}

// Absent in records of before there were logs.
LogConfig log_member(const Json& object, std::string_view what) {
  LogConfig log;
  const Json* member = base::object_member(object, "log");
  if (member == nullptr) return log;
  log.kept = base::bool_member(*member, "kept", true);
  log.max_size = size_member(*member, "max_size", what);
  log.max_files = static_cast<unsigned>(size_member(*member, "max_files", what));
  return log;
}

Json parse_record(std::string_view text, std::string_view what) {
  Json record = base::parse_json(text, what);
  if (!record.is_object()) corrupt(what, "not a record");
  const std::int64_t schema = base::integer_member(record, "schema", 0);
  if (schema > record_schema)
    throw base::Error(
        base::ErrorKind::unsupported,
        fmt::format("{}: written by a newer version (schema {}, this one reads up to {})", what,
                    schema, record_schema));
  if (schema < 1) corrupt(what, "no schema number");
  return record;
}

Json exited_to_json(const Exited& exited) {
  return {{"state", "exited"},
          {"code", exited.code},
          {"reason", std::string(to_string(exited.reason))},
          {"started", time_value(exited.started)},
          {"finished", time_value(exited.finished)},
          {"error", exited.error},
          {"cleaned", exited.cleaned},
          {"restarts", exited.restarts},
          {"stopped", exited.stopped},
          {"restarting_in", exited.restarting_in},
          {"missed_wakeups", exited.missed_wakeups}};
}

struct StateWriter {
  Json operator()(const Created&) const { return {{"state", "created"}}; }
  Json operator()(const Starting& starting) const {
    return {{"state", "starting"},
            {"boot_id", starting.boot_id},
            {"again", starting.again},
            {"restarts", starting.restarts}};
  }
  Json operator()(const Running& running) const {
    return {{"state", "running"},
            {"boot_id", running.boot_id},
            {"started", time_value(running.started)},
            {"paused", running.paused},
            {"restarts", running.restarts},
            {"stopped", running.stopped},
            {"missed_wakeups", running.missed_wakeups}};
  }
  Json operator()(const Exited& exited) const { return exited_to_json(exited); }
};

unsigned restarts_member(const Json& record) {
  return static_cast<unsigned>(base::integer_member(record, "restarts", 0));
}

Exited exited_from_json(const Json& record) {
  return {.code = static_cast<int>(base::integer_member(record, "code")),
          .reason = parse_end_reason(base::text_member(record, "reason")),
          .started = time_member(record, "started"),
          .finished = time_member(record, "finished"),
          .error = base::text_member(record, "error"),
          .cleaned = base::bool_member(record, "cleaned"),
          .restarts = restarts_member(record),
          .stopped = base::bool_member(record, "stopped"),
          .restarting_in = base::text_member(record, "restarting_in"),
          .missed_wakeups =
              static_cast<std::uint64_t>(base::integer_member(record, "missed_wakeups", 0))};
}

}  // namespace

std::string config_to_json(const ContainerConfig& config) {
  const Json record = {
      {"schema", record_schema},
      {"id", config.id},
      {"name", config.name},
      {"image", config.image},
      {"image_id", config.image_id},
      {"created", time_value(config.created)},
      {"platform", config.platform},
      {"layers", config.layers},
      {"own_layers", config.own_layers},
      {"argv", byte_list(config.argv)},
      {"env", byte_list(config.env)},
      {"working_directory", base::to_json_bytes(config.working_directory)},
      {"user", base::to_json_bytes(config.user)},
      {"hostname", config.hostname},
      {"labels", config.labels},
      {"interactive", config.interactive},
      {"terminal", config.terminal},
      {"read_only", config.read_only},
      {"init", config.init},
      {"user_entry", config.user_entry},
      {"auto_remove", config.auto_remove},
      {"provisional", config.provisional},
      {"tied", config.tied},
      {"stop_signal", config.stop_signal},
      {"stop_timeout", config.stop_timeout},
      {"log",
       {{"kept", config.log.kept},
        {"max_size", config.log.max_size},
        {"max_files", config.log.max_files}}},
      {"restart",
       {{"when", std::string(to_string(config.restart.when))}, {"most", config.restart.most}}},
      {"policy", policy_to_json(config.policy)},
      {"tmpfs", tmpfs_to_json(config.tmpfs)},
      {"sysctls", config.sysctls},
      {"annotations", config.annotations},
      {"memory", config.memory},
      {"shm_size", config.shm_size},
      {"pids_limit", config.pids_limit},
      {"nano_cpus", config.nano_cpus},
      {"cpuset", config.cpuset},
      {"guest_memory", config.guest_memory},
      {"vcpus", config.vcpus},
      {"storage_size", config.storage_size},
      {"guest_type", config.guest_type},
      {"kernel", config.kernel},
      {"kernel_arguments", config.kernel_arguments},
      {"isolation", std::string(to_string(config.isolation))},
      {"instance", config.instance},
      {"memory_limited", config.memory_limited},
      {"placement",
       {{"instance", "own"},
        {"domain", config.placement.domain.text()},
        {"slot", config.placement.slot}}},
      {"read_only_disk", config.read_only_disk.text()},
      {"writable_disk", config.writable_disk.text()},
  };
  return base::dump_json(record);
}

ContainerConfig config_from_json(std::string_view text, std::string_view what) {
  const Json record = parse_record(text, what);
  const Json* placement = base::object_member(record, "placement");
  if (!placement) corrupt(what, "no placement");
  if (base::text_member(*placement, "instance") != "own")
    corrupt(what, "an instance of an unknown kind");
  ContainerConfig config{
      .id = base::text_member(record, "id"),
      .name = base::text_member(record, "name"),
      .image = base::text_member(record, "image"),
      .image_id = base::text_member(record, "image_id"),
      .created = time_member(record, "created"),
      .platform = base::text_member(record, "platform"),
      .layers = base::list_member(record, "layers"),
      .own_layers = base::list_member(record, "own_layers"),
      .argv = read_byte_list(record, "argv"),
      .env = read_byte_list(record, "env"),
      .working_directory = bytes_member(record, "working_directory"),
      .user = bytes_member(record, "user"),
      .hostname = base::text_member(record, "hostname"),
      .labels = base::map_member(record, "labels"),
      .interactive = base::bool_member(record, "interactive"),
      .terminal = base::bool_member(record, "terminal"),
      .read_only = base::bool_member(record, "read_only"),
      .init = base::bool_member(record, "init"),
      .user_entry = base::bool_member(record, "user_entry"),
      .auto_remove = base::bool_member(record, "auto_remove"),
      .provisional = base::bool_member(record, "provisional"),
      .tied = base::bool_member(record, "tied"),
      .stop_signal = static_cast<int>(base::integer_member(record, "stop_signal", 15)),
      .stop_timeout = static_cast<int>(base::integer_member(record, "stop_timeout", 10)),
      .log = log_member(record, what),
      .restart = restart_member(record, what),
      .policy = policy_from_json(base::object_member(record, "policy"), what),
      .tmpfs = tmpfs_from_json(base::array_member(record, "tmpfs")),
      .sysctls = base::map_member(record, "sysctls"),
      .annotations = base::map_member(record, "annotations"),
      .memory = size_member(record, "memory", what),
      .shm_size = size_member(record, "shm_size", what),
      .pids_limit = size_member(record, "pids_limit", what),
      .nano_cpus = size_member(record, "nano_cpus", what),
      .cpuset = base::text_member(record, "cpuset"),
      .guest_memory = size_member(record, "guest_memory", what),
      .vcpus = static_cast<unsigned>(size_member(record, "vcpus", what)),
      .storage_size = size_member(record, "storage_size", what),
      .guest_type = base::text_member(record, "guest_type"),
      .kernel = base::text_member(record, "kernel"),
      .kernel_arguments = base::text_member(record, "kernel_arguments"),
      .isolation = isolation_member(record, what),
      .instance = base::text_member(record, "instance"),
      .memory_limited = base::bool_member(record, "memory_limited"),
      .placement = {.domain = uuid_member(*placement, "domain", what),
                    .slot = static_cast<unsigned>(size_member(*placement, "slot", what))},
      .read_only_disk = uuid_member(record, "read_only_disk", what),
      .writable_disk = uuid_member(record, "writable_disk", what),
  };
  if (config.id.size() != 64 || !valid_name(config.name)) corrupt(what, "no id or name");
  return config;
}

std::string state_to_json(const State& state) {
  Json record = {{"schema", record_schema}};
  record.update(std::visit(StateWriter{}, state));
  return base::dump_json(record);
}

State state_from_json(std::string_view text, std::string_view what) {
  const Json record = parse_record(text, what);
  const std::string state = base::text_member(record, "state");
  if (state == "created") return Created{};
  if (state == "starting")
    return Starting{.boot_id = base::text_member(record, "boot_id"),
                    .again = base::bool_member(record, "again"),
                    .restarts = restarts_member(record)};
  if (state == "running")
    return Running{.boot_id = base::text_member(record, "boot_id"),
                   .started = time_member(record, "started"),
                   .paused = base::bool_member(record, "paused"),
                   .restarts = restarts_member(record),
                   .stopped = base::bool_member(record, "stopped"),
                   .missed_wakeups = static_cast<std::uint64_t>(
                       base::integer_member(record, "missed_wakeups", 0))};
  if (state == "exited") return exited_from_json(record);
  corrupt(what, "an unknown state");
}

}  // namespace engine
