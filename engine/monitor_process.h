// Starting vxn-monitor, the process that holds a container's vchan (docs/architecture.md).
#pragma once

#include <sys/types.h>

#include <array>
#include <optional>
#include <string>

#include "base/fd.h"
#include "base/lock.h"
#include "base/subprocess.h"
#include "engine/settings.h"

namespace engine {

// What the monitor inherits, by number. It finds the rest by the container's record.
namespace monitor_fd {
constexpr int launch = 3;      // its order comes and engine/launch.h goes here; always
constexpr int connection = 4;  // the first client, where argv says --client
}  // namespace monitor_fd

enum class MonitorMode {
  start,  // make the domain and run the container
  hold,   // the same, once it is told to (ControlOrder::Type::start)
  adopt,  // a monitor died: go on with the container, or bring its end to a close
  end,    // the same, but whatever still runs is destroyed
};

// What a monitor is told to do; the container's lock goes over to it.
struct MonitorOrder {
  MonitorMode mode = MonitorMode::start;
  std::string id;
  base::FileLock lock;
};

struct MonitorProcess {
  pid_t pid = 0;
  base::UniqueFd launch;
  base::UniqueFd connection;  // the first client's; empty where it was started without one
};

enum class FirstClient { none, us };

// One that has no container yet: its start takes a tenth of a second under emulation, which passes
// beside what must be done before the order. Ended unless an order came.
class IdleMonitor {
 public:
  // Throws not_found where it is not installed.
  static IdleMonitor spawn(const Settings& settings, FirstClient client);
  static IdleMonitor spawn(const Settings& settings, const std::array<int, 3>& stdio);
  // One that will be a memres' reaper.
  static IdleMonitor spawn_reaper(const Settings& settings);
  // Throws where it has died.
  MonitorProcess order(MonitorOrder order) &&;

 private:
  static IdleMonitor spawn(const Settings& settings, base::SpawnRequest request,
                           const char* part = "supervise");
  IdleMonitor(base::Child child, MonitorProcess process)
      : child_(std::move(child)), process_(std::move(process)) {}
  base::Child child_;
  MonitorProcess process_;
};

// One that is told at once, without a first client. Throws as the two steps do.
MonitorProcess start_monitor(const Settings& settings, MonitorOrder order);

// One that is the container's standard input, output and error to others, too: they are its own.
MonitorProcess start_monitor(const Settings& settings, MonitorOrder order,
                             const std::array<int, 3>& stdio);

// The reaper of a memres: of its order the id is the memres' name, the lock the memres', the mode
// start or adopt.
MonitorProcess start_reaper(const Settings& settings, MonitorOrder order);

// The monitor's side: waits for the order. nullopt where the command ended without one; throws
// corrupt where it is none.
std::optional<MonitorOrder> receive_order(int launch);

// Who listens at a monitor's socket (unix(7), SO_PEERCRED); 0 where nobody does.
pid_t monitor_pid(const std::string& socket_path);

// Connects to the socket of a monitor that runs; empty where nobody listens.
base::UniqueFd connect_monitor(const std::string& socket_path);

}  // namespace engine
