// Starting vxn-monitor, the process that holds a container's vchan (docs/architecture.md).
#pragma once

#include <string>

#include "base/fd.h"
#include "base/lock.h"
#include "engine/settings.h"

namespace engine {

// What the monitor inherits, by number. It finds the rest by the container's record.
namespace monitor_fd {
constexpr int launch = 3;      // engine/launch.h; always
constexpr int lock = 4;        // the container's lock, held; always
constexpr int connection = 5;  // the first client; with MonitorMode::start only
}  // namespace monitor_fd

enum class MonitorMode {
  start,  // make the domain and run the container
  adopt,  // a monitor died: go on with the container, or bring its end to a close
  end,    // the same, but whatever still runs is destroyed
};
std::string_view to_string(MonitorMode mode);

struct MonitorProcess {
  base::UniqueFd launch;
  base::UniqueFd connection;  // empty after adopt
};

// The lock goes over to the monitor. Throws not_found where it is not installed.
MonitorProcess spawn_monitor(const Settings& settings, const std::string& id, MonitorMode mode,
                             base::FileLock lock);

// The parent's own socket, beside the relay's: one byte is an order.
constexpr char order_kill = 'k';  // destroy the domain; the end is recorded and cleaned up

// Connects to the socket of a monitor that runs; empty where nobody listens.
base::UniqueFd connect_monitor(const std::string& socket_path);

}  // namespace engine
