// The verbs for containers that are there: start, signals, the wait for their end.
#include <fmt/core.h>

#include <csignal>
#include <thread>
#include <utility>

#include "base/error.h"
#include "base/failpoint.h"
#include "base/signals.h"
#include "engine/attachment.h"
#include "engine/control.h"
#include "engine/detached_exec.h"
#include "engine/detached_start.h"
#include "engine/engine_parts.h"
#include "engine/recovery.h"
#include "engine/restart.h"
#include "engine/spec.h"

namespace engine {
namespace {

constexpr base::Milliseconds order_limit{30'000};
constexpr base::Milliseconds killing_limit{10'000};  // from SIGKILL until the domain is destroyed
constexpr auto moment = std::chrono::milliseconds(50);

bool is_under_way(const Container& container) {
  return is_alive(container.state) || std::holds_alternative<Starting>(container.state);
}

base::Error not_running(const ContainerConfig& config) {
  return {base::ErrorKind::failure, fmt::format("container {} is not running", config.id)};
}

base::Error being_restarted(const ContainerConfig& config) {
  return {
      base::ErrorKind::failure,
      fmt::format("Container {} is restarting, wait until the container is running", config.id)};
}

}  // namespace

base::FileLock Engine::take_lock(const ContainerConfig& config) {
  auto held = parts_->locks.extract(config.id);
  if (!held.empty()) return std::move(held.mapped());
  auto lock = parts_->containers.try_lock(config.id);
  if (!lock)
    throw base::Error(base::ErrorKind::already_exists,
                      fmt::format("container {} is running already", config.name));
  return std::move(*lock);
}

// Recovery removes what is provisional, but not while somebody holds its lock.
void Engine::forget_start(const ContainerConfig& config) {
  const base::InterruptShield shield;
  parts_->locks.erase(config.id);
  if (config.provisional) recover();
}

std::optional<StartFailure> Engine::start(const std::string& name_or_id) {
  Container found = known(name_or_id);
  if (!parts_->locks.contains(found.config.id)) {
    recover();
    found = known(found.config.id);
  }
  if (is_under_way(found)) return std::nullopt;
  try {
    base::throw_if_interrupted();
    ensure_instance(found.config);
    if (!parts_->monitor) prepare_start(StartKind::detached);
    IdleMonitor idle = std::move(*std::exchange(parts_->monitor, std::nullopt));
    const MonitorProcess monitor =
        std::move(idle).order({MonitorMode::start, found.config.id, take_lock(found.config)});
    base::failpoint("client.spawned");
    return await_start(monitor.launch);
  } catch (const base::Error&) {
    forget_start(found.config);
    throw;
  }
}

Engine::Connected Engine::connect(const std::string& name_or_id) {
  Container found = container(name_or_id);
  if (is_restarting(found.state)) throw being_restarted(found.config);
  if (!is_alive(found.state)) throw not_running(found.config);
  if (is_paused(found.state))
    throw base::Error(
        base::ErrorKind::failure,
        fmt::format("Container {} is paused, unpause the container first", found.config.id));
  base::UniqueFd connection = connect_monitor(parts_->containers.socket_path(found.config.id));
  if (!connection)
    throw base::Error(
        base::ErrorKind::unavailable,
        fmt::format("the monitor of container {} does not listen", found.config.name));
  return {std::move(found), std::move(connection)};
}

RunOutcome Engine::attach(const std::string& name_or_id, const Stdio& stdio) {
  Connected to = connect(name_or_id);
  base::SignalSource signals = attached_signals(stdio);
  const AttachRequest request{settings_, parts_->containers, to.container.config, stdio};
  return Attachment(request, std::move(to.connection), signals).run();
}

RunOutcome Engine::exec(const std::string& name_or_id, const ExecRequest& exec,
                        const Stdio& stdio) {
  Connected to = connect(name_or_id);
  base::SignalSource signals = attached_signals(stdio);
  const ContainerConfig& config = to.container.config;
  const AttachRequest request{settings_, parts_->containers, config, stdio};
  const std::string spec =
      encode(exec_spec(config, parts_->containers.seccomp_filter(config), exec));
  const base::Stopwatch watch;
  RunOutcome outcome = Attachment(request, std::move(to.connection), signals, spec).run();
  outcome.timing.total = watch.milliseconds();
  return outcome;
}

std::optional<StartFailure> Engine::exec_detached(const std::string& name_or_id,
                                                  const ExecRequest& exec) {
  const Connected to = connect(name_or_id);
  const ContainerConfig& config = to.container.config;
  const std::string filter = parts_->containers.seccomp_filter(config);
  return start_exec(to.connection.get(), encode(exec_spec(config, filter, exec)));
}

bool Engine::signal(const ContainerConfig& config, int number) {
  const auto answer = give_order(parts_->containers.control_path(config.id),
                                 {.type = ControlOrder::Type::signal, .number = number},
                                 base::Deadline::after(order_limit));
  return answer && answer->type == ControlAnswer::Type::ok;
}

// Whatever ends it from now on, its restart policy does not start it again. A monitor of before
// there were such policies knows none of this, and need not.
void Engine::retire(const ContainerConfig& config) {
  if (config.restart.when == RestartPolicy::When::no) return;
  give_order(parts_->containers.control_path(config.id), {.type = ControlOrder::Type::retire},
             base::Deadline::after(order_limit));
}

// `told`: its monitor was given SIGKILL.
void Engine::end_now(const Container& container, bool told) {
  if (!told || !ends_within(container.config.id, base::Deadline::after(killing_limit)))
    end_container(settings_, parts_->containers, container);
}

void Engine::kill(const std::string& name_or_id, int number) {
  const Container found = container(name_or_id);
  if (asks_to_end(found.config, number)) retire(found.config);
  if (is_restarting(found.state)) return;
  if ((!is_alive(found.state) && !is_held(found)) || !signal(found.config, number))
    throw not_running(found.config);
  if (number == SIGKILL) end_now(found, true);
}

void Engine::pause(const std::string& name_or_id) { set_paused(name_or_id, true); }
void Engine::unpause(const std::string& name_or_id) { set_paused(name_or_id, false); }

void Engine::set_paused(const std::string& name_or_id, bool paused) {
  using Type = ControlOrder::Type;
  const Container found = container(name_or_id);
  const ContainerConfig& config = found.config;
  const bool runs = std::holds_alternative<Running>(found.state);
  if (is_restarting(found.state)) throw being_restarted(config);
  if (!runs || is_paused(found.state) == paused)
    throw base::Error(base::ErrorKind::failure, fmt::format("Container {} is {}", config.id,
                                                            !runs    ? "not running"
                                                            : paused ? "already paused"
                                                                     : "not paused"));
  const auto answer = give_order(parts_->containers.control_path(config.id),
                                 {.type = paused ? Type::pause : Type::unpause},
                                 base::Deadline::after(order_limit));
  if (!answer || answer->type != ControlAnswer::Type::ok)
    throw base::Error(
        base::ErrorKind::failure,
        fmt::format("container {} cannot be {} now", config.name, paused ? "paused" : "unpaused"));
}

void Engine::rename(const std::string& name_or_id, const std::string& name) {
  const Container found = container(name_or_id);
  const std::string& id = found.config.id;
  if (found.config.name == name)
    throw base::Error("Renaming a container with the same name as its current name");
  if (std::holds_alternative<Starting>(found.state))
    throw base::Error(fmt::format("container {} is being started", found.config.name));
  parts_->containers.rename(id, name);
  if (!is_alive(found.state)) return;
  // Where nobody answers it has just ended, and its domain with it.
  give_order(parts_->containers.control_path(id), {.type = ControlOrder::Type::rename},
             base::Deadline::after(order_limit));
}

void Engine::stop(const std::string& name_or_id, const StopRequest& request) {
  const Container found = container(name_or_id);
  const ContainerConfig& config = found.config;
  if (!is_under_way(found)) return;
  const int seconds = request.seconds.value_or(config.stop_timeout);
  const base::Deadline patience =
      seconds < 0 ? base::Deadline::never() : base::Deadline::after(std::chrono::seconds(seconds));
  retire(config);
  const bool told = signal(config, request.signal.value_or(config.stop_signal));
  if (!told || !ends_within(config.id, patience)) end_now(found, signal(config, SIGKILL));
  await_end(parts_->containers, found);
}

int Engine::pid(const Container& container) const {
  if (!std::holds_alternative<Running>(container.state)) return 0;
  return monitor_pid(parts_->containers.control_path(container.config.id));
}

int Engine::wait(const std::string& name_or_id) {
  const auto code = end_of(container(name_or_id).config.id, base::Deadline::never());
  if (!code) throw base::Error(base::ErrorKind::not_found, "No such container: " + name_or_id);
  return *code;
}

bool Engine::ends_within(const std::string& id, const base::Deadline& deadline) {
  try {
    end_of(id, deadline);
    return true;
  } catch (const base::Error& error) {
    if (error.kind() == base::ErrorKind::unavailable) return false;
    throw;
  }
}

// Its monitor tells; where that dies, another one is started, as for every container.
std::optional<int> Engine::end_of(const std::string& id, const base::Deadline& deadline) {
  for (;;) {
    base::throw_if_interrupted();
    const auto now = parts_->containers.load(id);
    if (!now) return std::nullopt;
    if (is_over(now->state)) return std::get<Exited>(now->state).code;
    if (!is_under_way(*now)) return 0;
    const auto answer = give_order(parts_->containers.control_path(id),
                                   {.type = ControlOrder::Type::wait}, deadline);
    if (answer && answer->type == ControlAnswer::Type::exited) return answer->number;
    if (deadline.expired())
      throw base::Error(base::ErrorKind::unavailable,
                        fmt::format("container {} does not end", now->config.name));
    recover();
    std::this_thread::sleep_for(moment);
  }
}

}  // namespace engine
