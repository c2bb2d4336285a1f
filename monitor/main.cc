// vxn-monitor: holds one container. Started by the engine (engine/monitor_process.h):
//   vxn-monitor supervise DATA-ROOT RUN-ROOT [--client|--stdio] [--balloon-dom0] [--debug]
//   vxn-monitor reap DATA-ROOT RUN-ROOT [--balloon-dom0] [--debug]
//   vxn-monitor ask RUN-ROOT MEMRES
// and by itself for its unprivileged half, and for the streams of a held container:
//   vxn-monitor relay DATA-ROOT RUN-ROOT
//   vxn-monitor streams ID DATA-ROOT RUN-ROOT
#include <fmt/core.h>
#include <signal.h>

#include <cstdio>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/fd.h"
#include "base/log.h"
#include "memres/instance.h"
#include "monitor/failure.h"
#include "monitor/held.h"
#include "monitor/question.h"
#include "monitor/reaper.h"
#include "monitor/streams_process.h"
#include "monitor/supervisor.h"

namespace {

constexpr int usage_status = 2;
constexpr base::Milliseconds streams_end_limit{15'000};

bool has(const std::vector<std::string_view>& words, std::string_view word) {
  for (const std::string_view present : words)
    if (present == word) return true;
  return false;
}

// What fails here fails again, and is told, when there is a container to tell it of.
monitor::Host host_beforehand() {
  try {
    return monitor::connect_host();
  } catch (const base::Error& error) {
    base::log_debug("{}", error.message());
    return {};
  }
}

// Where containers may start in a memres the relay is what they would wait for; elsewhere it starts
// while their kernel boots.
std::optional<monitor::RelayProcess> relay_beforehand(const monitor::Roots& roots) {
  if (memres::InstanceStore(roots.run).names().empty()) return std::nullopt;
  return monitor::RelayProcess::spawn(roots);
}

// The exit status of a container whose life this process is.
int stand_for(monitor::SupervisorRequest request, engine::ContainerStore& records,
              const monitor::OwnStdio& stdio) {
  const std::string id = request.order.id;
  const monitor::Roots roots{request.data_root, request.run_root};
  auto life = monitor::Held(std::move(request), records).run();
  if (life) {
    monitor::StreamsProcess streams = monitor::StreamsProcess::start(id, roots, stdio);
    life->connection = streams.take_connection();
    while (life) life = monitor::Supervisor(std::move(*life), records).run();
    streams.end(base::Deadline::after(streams_end_limit));
  }
  const auto container = records.load(id);
  const auto* exited = container ? std::get_if<engine::Exited>(&container->state) : nullptr;
  return exited ? exited->code : monitor::own_failure;
}

int supervise(const std::vector<std::string_view>& words) {
  namespace fds = engine::monitor_fd;
  const bool client = has(words, "--client");
  std::optional<monitor::OwnStdio> stdio;
  if (has(words, "--stdio")) stdio = monitor::OwnStdio::take();
  base::UniqueFd launch(fds::launch);
  base::UniqueFd connection(client ? fds::connection : -1);
  base::set_cloexec(launch.get(), true);
  if (client) base::set_cloexec(connection.get(), true);
  const bool debug = has(words, "--debug");
  if (debug) base::set_log_level(base::LogLevel::debug);
  const std::string data_root(words[2]);
  const std::string run_root(words[3]);
  std::optional<monitor::RelayProcess> relay = relay_beforehand({data_root, run_root});
  monitor::Host host = host_beforehand();
  auto order = engine::receive_order(launch.get());
  if (!order) return 0;  // the command ended before it had a container
  engine::ContainerStore records(data_root, run_root);
  std::optional<monitor::SupervisorRequest> life =
      monitor::SupervisorRequest{.order = std::move(*order),
                                 .data_root = data_root,
                                 .run_root = run_root,
                                 .balloon_dom0 = has(words, "--balloon-dom0"),
                                 .debug = debug,
                                 .host = std::move(host),
                                 .relay = std::move(relay),
                                 .launch = std::move(launch),
                                 .connection = std::move(connection),
                                 .orders = {},
                                 .waiters = {}};
  if (stdio) return stand_for(std::move(*life), records, *stdio);
  while (life) life = monitor::Supervisor(std::move(*life), records).run();
  return 0;
}

int reap(const std::vector<std::string_view>& words) {
  base::UniqueFd launch(engine::monitor_fd::launch);
  base::set_cloexec(launch.get(), true);
  if (has(words, "--debug")) base::set_log_level(base::LogLevel::debug);
  monitor::Host host = host_beforehand();
  auto order = engine::receive_order(launch.get());
  if (!order) return 0;
  monitor::Reaper({.name = order->id,
                   .lock = std::move(order->lock),
                   .begins = order->mode == engine::MonitorMode::start,
                   .data_root = std::string(words[2]),
                   .run_root = std::string(words[3]),
                   .balloon_dom0 = has(words, "--balloon-dom0"),
                   .host = std::move(host),
                   .launch = std::move(launch)})
      .run();
  return 0;
}

int run(const std::vector<std::string_view>& words) {
  if (words.size() >= 4 && words[1] == "supervise") return supervise(words);
  if (words.size() >= 4 && words[1] == "reap") return reap(words);
  if (words.size() == 4 && words[1] == "ask")
    return monitor::ask_main(std::string(words[2]), std::string(words[3]));
  if (words.size() == 4 && words[1] == "relay")
    return monitor::relay_main({std::string(words[2]), std::string(words[3])});
  if (words.size() == 5 && words[1] == "streams")
    return monitor::streams_main(std::string(words[2]),
                                 {std::string(words[3]), std::string(words[4])});
  return usage_status;
}

}  // namespace

int main(int argc, char** argv) {
  static_cast<void>(signal(SIGPIPE, SIG_IGN));
  static_cast<void>(signal(SIGXFSZ, SIG_IGN));
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
