#include "engine/monitor_process.h"

#include <fmt/core.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/error.h"
#include "base/fd_passing.h"
#include "base/log.h"

namespace engine {

namespace {

constexpr std::size_t longest_order = 128;

constexpr std::array<std::pair<MonitorMode, std::string_view>, 3> mode_words = {{
    {MonitorMode::start, "start"},
    {MonitorMode::adopt, "adopt"},
    {MonitorMode::end, "end"},
}};

}  // namespace

IdleMonitor IdleMonitor::spawn(const Settings& settings, FirstClient client) {
  base::Pair launch = base::make_socket_pair();
  base::SpawnRequest request{.argv = {settings.libexec + "/vxn-monitor", "supervise",
                                      settings.data_root, settings.run_root},
                             .fds = {{launch.second.get(), monitor_fd::launch}},
                             .env = std::nullopt,
                             .new_session = true};
  if (settings.balloon_dom0) request.argv.emplace_back("--balloon-dom0");
  if (base::log_level() >= base::LogLevel::debug) {
    request.argv.emplace_back("--debug");
    request.fds.emplace_back(2, 2);
  }
  base::Pair connection;
  if (client == FirstClient::us) {
    connection = base::make_socket_pair();
    request.argv.emplace_back("--client");
    request.fds.emplace_back(connection.second.get(), monitor_fd::connection);
  }
  return {base::spawn(request), {std::move(launch.first), std::move(connection.first)}};
}

MonitorProcess IdleMonitor::order(MonitorOrder order) && {
  const auto* word = std::find_if(mode_words.begin(), mode_words.end(),
                                  [&](const auto& entry) { return entry.first == order.mode; });
  base::doing("starting vxn-monitor", [&] {
    base::send_with_fd(process_.launch.get(), fmt::format("{} {}", word->second, order.id),
                       order.lock.fd());
  });
  child_.detach();
  return std::move(process_);
}

MonitorProcess start_monitor(const Settings& settings, MonitorOrder order) {
  return IdleMonitor::spawn(settings, FirstClient::none).order(std::move(order));
}

std::optional<MonitorOrder> receive_order(int launch) {
  auto passed = base::receive_with_fd(launch, longest_order);
  if (!passed) return std::nullopt;
  const std::size_t cut = std::min(passed->text.find(' '), passed->text.size());
  const auto* word = std::find_if(mode_words.begin(), mode_words.end(), [&](const auto& entry) {
    return entry.second == std::string_view(passed->text).substr(0, cut);
  });
  if (word == mode_words.end() || cut == passed->text.size() || !passed->fd)
    throw base::Error(base::ErrorKind::corrupt, "this is no order: " + passed->text);
  return MonitorOrder{.mode = word->first,
                      .id = passed->text.substr(cut + 1),
                      .lock = base::FileLock::adopt(std::move(passed->fd))};
}

pid_t monitor_pid(const std::string& socket_path) {
  const base::UniqueFd monitor = connect_monitor(socket_path);
  ucred peer{};
  socklen_t size = sizeof peer;
  if (!monitor || getsockopt(monitor.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return 0;
  return peer.pid;
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
