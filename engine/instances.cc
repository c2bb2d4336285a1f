// The verbs for memres: guests that stay, with room for several containers.
#include "engine/instances.h"

#include <fmt/core.h>

#include <algorithm>
#include <csignal>
#include <limits>
#include <thread>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/signals.h"
#include "base/subprocess.h"
#include "base/text.h"
#include "engine/control.h"
#include "engine/detached_start.h"
#include "engine/engine_parts.h"
#include "engine/recovery.h"
#include "guest-init/protocol/messages.h"
#include "memres/budget.h"
#include "memres/slots.h"

namespace engine {
namespace {

constexpr base::Milliseconds start_limit{300'000};
constexpr base::Milliseconds order_limit{30'000};
constexpr base::Milliseconds power_off_limit{30'000};
constexpr base::Milliseconds removal_limit{60'000};
constexpr base::Milliseconds answer_limit{15'000};
constexpr base::Milliseconds moment{50};
constexpr std::size_t longest_log = 4u << 20;
constexpr std::size_t longest_line = 4096;

std::string name_of(const std::string& name, const Settings& settings) {
  if (name.empty()) return settings.instance;
  if (!memres::valid_instance_name(name))
    throw base::Error(base::ErrorKind::usage,
                      fmt::format("\"{}\" cannot be the name of a memres", name));
  return name;
}

// As many as are wanted, so that each of them can be used.
unsigned slots_in(std::uint64_t memory, std::optional<unsigned> wanted, unsigned usual) {
  const memres::Room room = memres::room_in(memory);
  if (room.containers == 0 || wanted.value_or(1) > room.containers)
    throw base::Error(base::ErrorKind::usage,
                      fmt::format("a memres of {} MiB has room for {} containers, by its {}",
                                  memory >> 20, room.containers, room.limit));
  return wanted.value_or(std::min(usual, room.containers));
}

memres::Instance instance_of(const InstanceRequest& request, const Settings& settings) {
  const xen::GuestKernel kernel = xen::guest_kernel(
      settings.data_root, request.kernel.empty() ? settings.kernel : request.kernel);
  const std::uint64_t memory = request.memory.value_or(settings.memres_memory);
  return {.config = {.name = name_of(request.name, settings),
                     .memory = memory,
                     .vcpus = request.vcpus.value_or(settings.vcpus),
                     .slots = slots_in(memory, request.slots, settings.memres_slots),
                     .idle = request.idle.value_or(settings.idle_timeout),
                     .guest_type =
                         request.guest_type.empty() ? settings.guest_type : request.guest_type,
                     .kernel = kernel.id,
                     .kernel_arguments = settings.kernel_arguments},
          .domain = base::Uuid::random(),
          .started = base::wall_now()};
}

std::chrono::nanoseconds nanoseconds(std::string_view text) {
  const auto number = base::parse_number<std::uint64_t>(text).value_or(0);
  return std::chrono::nanoseconds(static_cast<std::int64_t>(
      std::min(number, std::uint64_t{std::numeric_limits<std::int64_t>::max()})));
}

// What monitor/question.cc prints.
std::optional<InstanceUse> parse_use(std::string_view text) {
  using std::chrono::duration_cast;
  using std::chrono::seconds;
  const std::vector<std::string> lines = base::split(base::trim(text), '\n');
  const std::vector<std::string> words = base::split(lines[0], ' ');
  if (words.size() != 7) return std::nullopt;
  const auto number = [&](std::size_t at) {
    return base::parse_number<std::uint64_t>(words[at]).value_or(0);
  };
  InstanceUse use{.containers = static_cast<unsigned>(number(0)),
                  .memory_total = number(1),
                  .memory_available = number(2),
                  .up = duration_cast<seconds>(nanoseconds(words[3])),
                  .idle_left = {},
                  .lowest_version = static_cast<unsigned>(number(5)),
                  .highest_version = static_cast<unsigned>(number(6)),
                  .steps = {}};
  if (number(4) != protocol::GuestInfo::never)
    use.idle_left = duration_cast<seconds>(nanoseconds(words[4]));
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::size_t blank = std::min(lines[i].find(' '), lines[i].size());
    use.steps.push_back({.name = base::printable(lines[i].substr(0, blank)),
                         .end = nanoseconds(base::trim(lines[i].substr(blank)))});
  }
  return use;
}

base::Error no_such(const std::string& name) {
  return {base::ErrorKind::not_found, fmt::format("the memres \"{}\" is not running", name)};
}

// It may have ended this very moment, and its reaper be about to take it apart.
bool is_up(const memres::InstanceStore& instances, const std::string& name) {
  const auto answer = give_order(instances.control_path(name), {.type = ControlOrder::Type::start},
                                 base::Deadline::after(order_limit));
  return answer && answer->type == ControlAnswer::Type::ok;
}

std::vector<Container> containers_in(const memres::Instance& instance, ContainerStore& containers) {
  std::vector<Container> inside;
  for (Container& container : containers.list())
    if (container.config.placement.kind == InstanceKind::memres &&
        container.config.placement.domain == instance.domain)
      inside.push_back(std::move(container));
  return inside;
}

InstanceInfo info_of(memres::Instance instance, const memres::InstanceStore& instances,
                     ContainerStore& containers) {
  InstanceInfo info;
  for (const Container& container : containers_in(instance, containers))
    info.containers.push_back(container.config.name);
  const memres::SlotTable table(instances.directory(instance.config.name), instance.config.slots);
  for (const memres::SlotUse& use : table.used()) {
    ++info.used_slots;
    if (use.owner.empty()) ++info.quarantined;
  }
  info.instance = std::move(instance);
  return info;
}

// By a process that has no privileges when it reads what the guest says (monitor/question.h).
std::optional<InstanceUse> ask(const memres::Instance& instance, const Settings& settings) {
  try {
    return parse_use(base::run_checked(
        {settings.libexec + "/vxn-monitor", "ask", settings.run_root, instance.config.name},
        base::Deadline::after(answer_limit)));
  } catch (const base::Error& error) {
    if (error.kind() == base::ErrorKind::interrupted) throw;
    base::log_debug("memres {}: {}", instance.config.name, error.message());
    return std::nullopt;
  }
}

}  // namespace

// Its reaper died: another one goes on, or takes apart what is left.
void Engine::recover_instance(const std::string& name) {
  auto lock = parts_->instances.try_lock(name);
  if (!lock) return;
  if (!parts_->instances.load(name)) return parts_->instances.remove(name);
  try {
    await_start(start_reaper(settings_, {MonitorMode::adopt, name, std::move(*lock)}).launch);
  } catch (const base::Error& error) {
    base::log_debug("memres {}: {}", name, error.message());  // it is gone, and its record with it
  }
}

void Engine::recover_instances() {
  for (const std::string& name : parts_->instances.names())
    if (!parts_->instances.is_alive(name)) recover_instance(name);
}

bool Engine::start_instance(const InstanceRequest& request) {
  require_host(settings_);
  const memres::Instance wanted = instance_of(request, settings_);
  const std::string& name = wanted.config.name;
  const memres::InstanceStore& instances = parts_->instances;
  const base::Deadline deadline = base::Deadline::after(start_limit);
  for (;;) {
    base::throw_if_interrupted();
    const auto there = instances.load(name);
    if (there && there->ready && instances.is_alive(name) && is_up(instances, name)) return false;
    if (there && !instances.is_alive(name)) recover_instance(name);
    if (auto lock = instances.try_lock(name); lock && !instances.load(name)) {
      instances.save(wanted);
      await_start(start_reaper(settings_, {MonitorMode::start, name, std::move(*lock)}).launch);
      return true;
    }
    // Somebody else is starting it, or taking it apart.
    if (deadline.expired())
      throw base::Error(base::ErrorKind::unavailable,
                        fmt::format("the memres \"{}\" does not get ready", name));
    std::this_thread::sleep_for(moment);
  }
}

void Engine::ensure_instance(const ContainerConfig& config) {
  if (!settings_.auto_daemon || config.isolation == Isolation::vm) return;
  try {
    start_instance({.name = config.instance});
  } catch (const base::Error& error) {
    // There is a domain of its own, too.
    if (config.isolation != Isolation::automatic || error.kind() != base::ErrorKind::unavailable)
      throw;
    base::log_debug("{}", error.message());
  }
}

void Engine::stop_containers(const std::vector<Container>& containers, int seconds) {
  const base::Deadline patience =
      seconds < 0 ? base::Deadline::never() : base::Deadline::after(std::chrono::seconds(seconds));
  for (const Container& container : containers) {
    retire(container.config);
    signal(container.config, container.config.stop_signal);
  }
  for (const Container& container : containers)
    if (!ends_within(container.config.id, patience))
      end_now(container, signal(container.config, SIGKILL));
  for (const Container& container : containers) await_end(parts_->containers, container);
}

bool Engine::stop_instance(const std::string& wanted, int seconds) {
  const std::string name = name_of(wanted, settings_);
  const memres::InstanceStore& instances = parts_->instances;
  recover_instances();
  const auto instance = instances.load(name);
  if (!instance) return false;
  stop_containers(containers_in(*instance, parts_->containers), seconds);
  const auto order = [&](ControlOrder::Type type) {
    return give_order(instances.control_path(name), {.type = type, .number = SIGTERM},
                      base::Deadline::after(order_limit))
        .has_value();
  };
  if (order(ControlOrder::Type::signal) &&
      instances.wait_gone(name, base::Deadline::after(power_off_limit)))
    return true;
  order(ControlOrder::Type::end);
  if (!instances.wait_gone(name, base::Deadline::after(removal_limit)))
    throw base::Error(base::ErrorKind::unavailable,
                      fmt::format("the memres \"{}\" does not end", name));
  recover_instances();
  return true;
}

std::vector<InstanceInfo> Engine::instances() {
  recover();
  std::vector<InstanceInfo> all;
  for (const std::string& name : parts_->instances.names())
    if (auto instance = parts_->instances.load(name))
      all.push_back(info_of(std::move(*instance), parts_->instances, parts_->containers));
  return all;
}

InstanceInfo Engine::instance(const std::string& wanted) {
  const std::string name = name_of(wanted, settings_);
  recover();
  auto instance = parts_->instances.load(name);
  if (!instance) throw no_such(name);
  InstanceInfo info = info_of(std::move(*instance), parts_->instances, parts_->containers);
  if (info.instance.ready) info.use = ask(info.instance, settings_);
  if (info.use)
    info.room =
        memres::room_left(info.instance.config.slots, info.used_slots, info.use->memory_available);
  return info;
}

std::string Engine::instance_log(const std::string& wanted) {
  const std::string name = instance(wanted).instance.config.name;
  const auto text = base::try_read_file(parts_->instances.console_log(name), longest_log);
  std::string shown;
  for (const std::string& line : base::split(text.value_or(""), '\n'))
    shown += base::printable(base::trim(line), longest_line) + "\n";
  return shown;
}

}  // namespace engine
