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

constexpr std::array<std::pair<MonitorMode, std::string_view>, 4> mode_words = {{
    {MonitorMode::start, "start"},
    {MonitorMode::hold, "hold"},
    {MonitorMode::adopt, "adopt"},
    {MonitorMode::end, "end"},
}};

void add_debug(base::SpawnRequest& request) {
  if (base::log_level() < base::LogLevel::debug) return;
  request.argv.emplace_back("--debug");
  request.fds.emplace_back(2, 2);
}

}  // namespace

IdleMonitor IdleMonitor::spawn(const Settings& settings, base::SpawnRequest request,
                               const char* part) {
  base::Pair launch = base::make_socket_pair();
  request.argv.insert(request.argv.begin(), {settings.libexec + "/vxn-monitor", part,
                                             settings.data_root, settings.run_root});
  request.fds.emplace_back(launch.second.get(), monitor_fd::launch);
  request.new_session = true;
  if (settings.balloon_dom0) request.argv.emplace_back("--balloon-dom0");
  base::Child child = base::spawn(request);
  const pid_t pid = child.pid();
  return {std::move(child), {.pid = pid, .launch = std::move(launch.first), .connection = {}}};
}

IdleMonitor IdleMonitor::spawn_reaper(const Settings& settings) {
  base::SpawnRequest request;
  add_debug(request);
  return spawn(settings, std::move(request), "reap");
}

IdleMonitor IdleMonitor::spawn(const Settings& settings, FirstClient client) {
  base::SpawnRequest request;
  add_debug(request);
  base::Pair connection;
  if (client == FirstClient::us) {
    connection = base::make_socket_pair();
    request.argv.emplace_back("--client");
    request.fds.emplace_back(connection.second.get(), monitor_fd::connection);
  }
  IdleMonitor monitor = spawn(settings, std::move(request));
  monitor.process_.connection = std::move(connection.first);
  return monitor;
}

IdleMonitor IdleMonitor::spawn(const Settings& settings, const std::array<int, 3>& stdio) {
  base::SpawnRequest request{.argv = {"--stdio"}, .fds = {}, .env = std::nullopt};
  for (int number = 0; number < 3; ++number)
    request.fds.emplace_back(stdio[static_cast<std::size_t>(number)], number);
  return spawn(settings, std::move(request));
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

MonitorProcess start_reaper(const Settings& settings, MonitorOrder order) {
  return IdleMonitor::spawn_reaper(settings).order(std::move(order));
}

MonitorProcess start_monitor(const Settings& settings, MonitorOrder order,
                             const std::array<int, 3>& stdio) {
  return IdleMonitor::spawn(settings, stdio).order(std::move(order));
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
