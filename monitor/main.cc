// vxn-monitor: holds one container. Started by the engine (engine/monitor_process.h):
//   vxn-monitor start|adopt|end ID DATA-ROOT RUN-ROOT [--balloon-dom0] [--debug]
// and by itself for its unprivileged half:
//   vxn-monitor relay ID DATA-ROOT RUN-ROOT [--client]
#include <fmt/core.h>
#include <signal.h>

#include <cstdio>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/fd.h"
#include "base/log.h"
#include "monitor/supervisor.h"

namespace {

constexpr int usage_status = 2;

bool has(const std::vector<std::string_view>& words, std::string_view word) {
  for (const std::string_view present : words)
    if (present == word) return true;
  return false;
}

std::optional<engine::MonitorMode> parse_mode(std::string_view word) {
  using engine::MonitorMode;
  for (const MonitorMode mode : {MonitorMode::start, MonitorMode::adopt, MonitorMode::end})
    if (word == to_string(mode)) return mode;
  return std::nullopt;
}

int supervise(engine::MonitorMode mode, const std::vector<std::string_view>& words) {
  namespace fds = engine::monitor_fd;
  for (const int fd : {fds::launch, fds::lock}) base::set_cloexec(fd, true);
  if (mode == engine::MonitorMode::start) base::set_cloexec(fds::connection, true);
  const std::string data_root(words[3]);
  const std::string run_root(words[4]);
  engine::ContainerStore records(data_root, run_root);
  monitor::SupervisorRequest request{
      .id = std::string(words[2]),
      .data_root = data_root,
      .run_root = run_root,
      .mode = mode,
      .balloon_dom0 = has(words, "--balloon-dom0"),
      .debug = has(words, "--debug"),
      .launch = base::UniqueFd(fds::launch),
      .lock = base::FileLock::adopt(base::UniqueFd(fds::lock)),
      .connection = base::UniqueFd(mode == engine::MonitorMode::start ? fds::connection : -1)};
  if (request.debug) base::set_log_level(base::LogLevel::debug);
  monitor::Supervisor(std::move(request), records).run();
  return 0;
}

int run(const std::vector<std::string_view>& words) {
  if (words.size() < 5) return usage_status;
  if (words[1] == "relay")
    return monitor::relay_main(
        {std::string(words[2]), std::string(words[3]), std::string(words[4])},
        has(words, "--client"));
  const auto mode = parse_mode(words[1]);
  return mode ? supervise(*mode, words) : usage_status;
}

}  // namespace

int main(int argc, char** argv) {
  static_cast<void>(signal(SIGPIPE, SIG_IGN));
  base::set_log_prefix("vxn-monitor");
  try {
    const int status = run({argv, argv + argc});
    if (status == usage_status)
      base::log_line(base::LogLevel::error, "started by vxn, vdkr and vpdmn, not by hand");
    return status;
  } catch (const std::exception& error) {
    base::log_line(base::LogLevel::error, error.what());
    return 1;
  }
}
