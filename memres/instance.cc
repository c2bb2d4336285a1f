#include "memres/instance.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/signals.h"

namespace memres {
namespace {

constexpr int record_schema = 1;
constexpr std::size_t longest_record = 64u << 10;
constexpr std::size_t longest_name = 64;
constexpr base::Milliseconds moment{20};

std::string to_json(const Instance& instance) {
  const InstanceConfig& config = instance.config;
  const base::Json record = {
      {"schema", record_schema},
      {"name", config.name},
      {"memory", config.memory},
      {"vcpus", config.vcpus},
      {"slots", config.slots},
      {"idle", config.idle.count()},
      {"guest_type", config.guest_type},
      {"kernel", config.kernel},
      {"kernel_arguments", config.kernel_arguments},
      {"domain", instance.domain.text()},
      {"started", base::format_time(instance.started)},
      {"ready", instance.ready},
      {"made_in", instance.made_in.count()},
      {"booted_in", instance.booted_in.count()},
  };
  return base::dump_json(record);
}

Instance from_json(std::string_view text) {
  const base::Json record = base::parse_json(text, "a record");
  const auto domain = base::Uuid::parse(base::text_member(record, "domain"));
  const auto started = base::parse_time(base::text_member(record, "started"));
  if (base::integer_member(record, "schema") != record_schema || !domain || !started)
    throw base::Error(base::ErrorKind::corrupt, "not an instance's record");
  return {
      .config = {.name = base::text_member(record, "name"),
                 .memory = static_cast<std::uint64_t>(base::integer_member(record, "memory")),
                 .vcpus = static_cast<unsigned>(base::integer_member(record, "vcpus")),
                 .slots = static_cast<unsigned>(base::integer_member(record, "slots")),
                 .idle = std::chrono::seconds(base::integer_member(record, "idle")),
                 .guest_type = base::text_member(record, "guest_type"),
                 .kernel = base::text_member(record, "kernel"),
                 .kernel_arguments = base::text_member(record, "kernel_arguments")},
      .domain = *domain,
      .started = *started,
      .ready = base::bool_member(record, "ready"),
      .made_in = base::Milliseconds(base::integer_member(record, "made_in")),
      .booted_in = base::Milliseconds(base::integer_member(record, "booted_in")),
  };
}

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace

bool valid_instance_name(std::string_view name) {
  return !name.empty() && name.size() <= longest_name && is_letter_or_digit(name.front()) &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return is_letter_or_digit(c) || c == '_' || c == '.' || c == '-';
         });
}

std::string InstanceStore::directory(std::string_view name) const {
  return fmt::format("{}/{}", root_, name);
}
std::string InstanceStore::control_path(std::string_view name) const {
  return directory(name) + "/control.sock";
}
std::string InstanceStore::console_log(std::string_view name) const {
  return directory(name) + "/console.log";
}
// Beside the directory, which goes before the lock does.
std::string InstanceStore::lock_path(std::string_view name) const {
  return fmt::format("{}/.{}.lock", root_, name);
}

std::vector<std::string> InstanceStore::names() const {
  std::vector<std::string> names = base::list_directory(root_);
  std::erase_if(names, [](const std::string& name) { return !valid_instance_name(name); });
  return names;
}

std::optional<Instance> InstanceStore::load(const std::string& name) const {
  const std::string path = directory(name) + "/instance.json";
  const auto text = base::try_read_file(path, longest_record);
  if (!text) return std::nullopt;
  return base::doing(path, [&] { return from_json(*text); });
}

void InstanceStore::save(const Instance& instance) const {
  const std::string path = directory(instance.config.name);
  base::make_directories(path, 0700);
  base::replace_file(path + "/instance.json", to_json(instance), 0600, base::Durability::cached);
}

void InstanceStore::remove(const std::string& name) const {
  base::remove_tree(directory(name));
  base::remove_file(lock_path(name));
}

std::optional<base::FileLock> InstanceStore::try_lock(const std::string& name) const {
  base::make_directories(root_, 0700);
  return base::FileLock::try_acquire(lock_path(name));
}

bool InstanceStore::is_alive(const std::string& name) const {
  return base::is_locked(lock_path(name));
}

bool InstanceStore::wait_gone(const std::string& name, const base::Deadline& deadline) const {
  while (is_alive(name)) {
    if (deadline.expired()) return false;
    base::throw_if_interrupted();
    std::this_thread::sleep_for(std::min(moment, deadline.remaining()));
  }
  return true;
}

}  // namespace memres
