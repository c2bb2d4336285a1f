#include "engine/recovery.h"

#include <fmt/core.h>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/random.h"
#include "engine/control.h"
#include "engine/launch.h"
#include "engine/monitor_process.h"

namespace engine {
namespace {

constexpr base::Milliseconds adoption_limit{120'000};
constexpr base::Milliseconds order_limit{30'000};
constexpr int lost_code = 255;  // as docker tells a container that was lost with its host

enum class Need { nothing, removal, lost, adoption };

// What an unlocked container needs; `boot` is this boot of the host.
Need need_of(const Container& container, const std::string& boot) {
  if (std::holds_alternative<Created>(container.state))
    return container.config.provisional ? Need::removal : Need::nothing;
  if (const auto* exited = std::get_if<Exited>(&container.state)) {
    if (!exited->cleaned || exited->restarting_in == boot) return Need::adoption;
    if (is_restarting(container.state)) return Need::lost;
    return container.config.auto_remove ? Need::removal : Need::nothing;
  }
  const auto* running = std::get_if<Running>(&container.state);
  const std::string& started_in =
      running ? running->boot_id : std::get<Starting>(container.state).boot_id;
  return started_in == boot ? Need::adoption : Need::lost;
}

Exited lost_end(const State& state) {
  if (const auto* exited = std::get_if<Exited>(&state)) return *exited;
  const auto* running = std::get_if<Running>(&state);
  return {.code = lost_code,
          .reason = EndReason::host_failure,
          .started = running ? running->started : base::WallTime{},
          .finished = base::wall_now(),
          .error = "the host was restarted",
          .cleaned = true,
          .restarts = restart_count(state),
          .stopped = running && running->stopped,
          .restarting_in = {}};
}

// The host was restarted: nothing of the container is left but files.
void close_lost(ContainerStore& store, const Container& container) {
  const auto* starting = std::get_if<Starting>(&container.state);
  const bool never_ran = starting && !starting->again && container.config.provisional;
  if (container.config.auto_remove || never_ran) return store.remove(container);
  Exited end = lost_end(container.state);
  end.restarting_in.clear();
  store.save_state(container.config, end);
}

// Until the monitor says that it has taken over, or that everything is done.
void await_monitor(const base::UniqueFd& launch, const std::string& name) {
  LaunchReader reader;
  const auto end = reader.read(
      launch.get(), base::Deadline::after(adoption_limit), [&](const LaunchEvent& event) {
        if (event.type == LaunchEvent::Type::error)
          base::log_warning("container {}: {}", name, event.text.substr(event.text.find('\n') + 1));
        return event.type == LaunchEvent::Type::started || event.type == LaunchEvent::Type::done;
      });
  if (end == LaunchReader::End::late)
    throw base::Error(base::ErrorKind::unavailable,
                      fmt::format("the monitor of container {} does not answer", name));
}

void recover_one(const Settings& settings, ContainerStore& store, const std::string& id,
                 const std::string& boot) {
  auto lock = store.try_lock(id);
  if (!lock) return;
  const auto container = store.load(id);  // again: it may have changed before we had the lock
  if (!container) return;
  switch (need_of(*container, boot)) {
    case Need::nothing:
      break;
    case Need::removal:
      store.remove(*container);
      break;
    case Need::lost:
      close_lost(store, *container);
      break;
    case Need::adoption:
      base::log_debug("finishing what a dead process began with container {}",
                      container->config.name);
      await_monitor(
          start_monitor(settings, {container->config.tied ? MonitorMode::end : MonitorMode::adopt,
                                   id, std::move(*lock)})
              .launch,
          container->config.name);
      break;
  }
}

std::optional<base::FileLock> wait_for_lock(const ContainerStore& store, const Container& container,
                                            const base::Deadline& deadline) {
  try {
    return base::FileLock::acquire(store.run_directory(container.config.id) + "/lock", deadline,
                                   "container " + container.config.name);
  } catch (const base::Error& error) {
    if (error.kind() == base::ErrorKind::not_found) return std::nullopt;
    throw;
  }
}

}  // namespace

void recover(const Settings& settings, ContainerStore& store) {
  const std::string boot = base::boot_id();
  for (const std::string& id : store.ids()) {
    if (store.locked(id)) continue;  // somebody has it in hand, as with each one that runs
    const auto container = store.load(id);
    if (!container || need_of(*container, boot) == Need::nothing) continue;
    try {
      recover_one(settings, store, id, boot);
    } catch (const base::Error& error) {
      base::log_warning("container {}: {}", container->config.name, error.message());
    }
  }
  store.sweep();
}

void end_container(const Settings& settings, ContainerStore& store, const Container& container) {
  const std::string& id = container.config.id;
  const bool ordered = give_order(store.control_path(id), {.type = ControlOrder::Type::end},
                                  base::Deadline::after(order_limit))
                           .has_value();
  // The monitor lets go of the lock when everything is done, or removes it with the container.
  auto lock = wait_for_lock(store, container, base::Deadline::after(adoption_limit));
  if (ordered || !lock) return;
  const auto now = store.load(id);
  if (!now || need_of(*now, base::boot_id()) != Need::adoption) return;
  await_monitor(start_monitor(settings, {MonitorMode::end, id, std::move(*lock)}).launch,
                container.config.name);
}

void await_end(const ContainerStore& store, const Container& container) {
  wait_for_lock(store, container, base::Deadline::after(adoption_limit));
}

}  // namespace engine
