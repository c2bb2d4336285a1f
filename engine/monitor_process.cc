#include "engine/monitor_process.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "base/log.h"
#include "base/subprocess.h"

namespace engine {

std::string_view to_string(MonitorMode mode) {
  switch (mode) {
    case MonitorMode::start:
      return "start";
    case MonitorMode::adopt:
      return "adopt";
    case MonitorMode::end:
      break;
  }
  return "end";
}

MonitorProcess spawn_monitor(const Settings& settings, const std::string& id, MonitorMode mode,
                             base::FileLock lock) {
  base::Pair launch = base::make_socket_pair();
  base::SpawnRequest request{
      .argv = {settings.libexec + "/vxn-monitor", std::string(to_string(mode)), id,
               settings.data_root, settings.run_root},
      .fds = {{launch.second.get(), monitor_fd::launch}, {lock.fd(), monitor_fd::lock}},
      .env = std::nullopt,
      .new_session = true};
  if (settings.balloon_dom0) request.argv.emplace_back("--balloon-dom0");
  if (base::log_level() >= base::LogLevel::debug) {
    request.argv.emplace_back("--debug");
    request.fds.emplace_back(2, 2);
  }
  MonitorProcess monitor;
  base::Pair connection;
  if (mode == MonitorMode::start) {
    connection = base::make_socket_pair();
    request.fds.emplace_back(connection.second.get(), monitor_fd::connection);
    monitor.connection = std::move(connection.first);
  }
  base::spawn(request).detach();
  monitor.launch = std::move(launch.first);
  return monitor;
}

base::UniqueFd connect_monitor(const std::string& socket_path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_path.size() >= sizeof address.sun_path)
    throw base::Error("the path is too long for a socket: " + socket_path);
  std::memcpy(address.sun_path, socket_path.c_str(), socket_path.size() + 1);
  base::UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) base::throw_errno("making a socket");
  if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
    return fd;
  if (errno == ECONNREFUSED || errno == ENOENT) return {};
  base::throw_errno("connecting to " + socket_path);
}

}  // namespace engine
