#include "monitor/streams_process.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <utility>

#include "engine/attachment.h"
#include "engine/container_store.h"

namespace monitor {
namespace {

constexpr int connection_fd = 3;

// The container's end of a pseudo-terminal, which is raw for good: whoever made it saw to that. Who
// has the other end says how large it is.
class PseudoTerminal : public engine::Terminal {
 public:
  engine::TerminalExtent extent() override {
    winsize size{};
    if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) != 0) return {};
    return {.rows = size.ws_row, .columns = size.ws_col};
  }
  void enter() override {}
  void leave() override {}
};

}  // namespace

StreamsProcess StreamsProcess::start(const std::string& id, const Roots& roots,
                                     const OwnStdio& stdio) {
  base::Pair pair = base::make_socket_pair();
  base::SpawnRequest request{.argv = {own_program(), "streams", id, roots.data, roots.run},
                             .fds = {{pair.second.get(), connection_fd}},
                             .env = std::nullopt,
                             .new_session = true};
  for (int number = 0; number < 3; ++number)
    request.fds.emplace_back(stdio.descriptors()[static_cast<std::size_t>(number)].get(), number);
  return {std::move(pair.first), base::spawn(request)};
}

void StreamsProcess::end(const base::Deadline& deadline) {
  if (!child_.wait(deadline)) child_.detach();
}

int streams_main(const std::string& id, const Roots& roots) {
  base::UniqueFd connection(connection_fd);
  base::set_cloexec(connection_fd, true);
  const engine::ContainerStore store(roots.data, roots.run);
  const auto container = store.load(id);
  if (!container) return 1;
  PseudoTerminal terminal;
  engine::Stdio stdio{.input = STDIN_FILENO, .detach_keys = {}};
  if (container->config.terminal) {
    // So that changes of its size, and its end, come to us as signals.
    if (ioctl(STDIN_FILENO, TIOCSCTTY, 0) == 0) stdio.terminal = &terminal;
    stdio.error = STDOUT_FILENO;
  }
  base::SignalSource signals = engine::attached_signals(stdio);
  const engine::Settings settings;
  engine::Attachment({settings, store, container->config, stdio}, std::move(connection), signals,
                     engine::Joining::at_start)
      .run();
  return 0;
}

}  // namespace monitor
