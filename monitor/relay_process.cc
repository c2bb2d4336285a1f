#include "monitor/relay_process.h"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>

#include "base/error.h"
#include "base/failpoint.h"
#include "engine/container_store.h"
#include "engine/spec.h"
#include "monitor/relay.h"
#include "monitor/sandbox.h"
#include "xen/vchan.h"
#include "xen/xenstore_client.h"

namespace monitor {
namespace {

constexpr base::Milliseconds vchan_limit{300'000};  // the parent has the shorter one
// What may still be written to a file that is full: the frames that were under way.
constexpr std::uint64_t log_margin = std::uint64_t{8} << 20;
constexpr std::string_view client_word = "--client";
constexpr std::string_view log_word = "--log";
constexpr std::string_view log_before_word = "--log-before";

class VchanChannel : public GuestChannel {
 public:
  explicit VchanChannel(xen::Vchan vchan) : vchan_(std::move(vchan)) {}
  int fd() const override { return vchan_.fd(); }
  void clear_event() override { vchan_.clear_event(); }
  std::optional<std::size_t> read(std::span<std::byte> buffer) override {
    return vchan_.read(buffer);
  }
  std::optional<std::size_t> write(std::span<const std::byte> bytes) override {
    return vchan_.write(bytes);
  }

 private:
  xen::Vchan vchan_;
};

// While it waits for the guest it does not hear of its parent's end, which it must not outlive. The
// change of user in Sandbox::enter() takes this back: from then on Relay looks itself.
bool ends_with_parent() {
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) base::throw_errno("tying the relay to its parent");
  pollfd parent{.fd = relay_fd::parent, .events = 0, .revents = 0};
  return poll(&parent, 1, 0) >= 0 && (parent.revents & POLLHUP) == 0;  // it had ended before
}

xen::Vchan connect_guest(const Message& order) {
  const auto store = xen::connect_xenstore();
  const xen::DomainId guest{static_cast<std::uint32_t>(order.numbers[0])};
  return xen::Vchan::connect(*store, guest, static_cast<unsigned>(order.numbers[1]),
                             base::Deadline::after(vchan_limit));
}

}  // namespace

std::string own_program() {
  std::array<char, 4096> buffer{};
  const ssize_t size = readlink("/proc/self/exe", buffer.data(), buffer.size());
  const std::string path(buffer.data(), size < 0 ? 0 : static_cast<std::size_t>(size));
  return access(path.c_str(), X_OK) == 0 ? path : "/proc/self/exe";
}

RelayProcess RelayProcess::start(const RelayCommand& command, const RelayDescriptors& descriptors) {
  int sockets[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) != 0)
    base::throw_errno("making the relay's socket");
  base::UniqueFd ours(sockets[0]);
  const base::UniqueFd theirs(sockets[1]);
  base::SpawnRequest request{
      .argv = {own_program(), "relay", command.id, command.data_root, command.run_root},
      .fds = {{STDERR_FILENO, STDERR_FILENO},  // /dev/null, but with --debug
              {theirs.get(), relay_fd::parent},
              {descriptors.listener, relay_fd::listener}}};
  const auto give = [&](int fd, int number, std::string_view word) {
    if (fd < 0) return;
    request.argv.emplace_back(word);
    request.fds.emplace_back(fd, number);
  };
  give(descriptors.client, relay_fd::client, client_word);
  give(descriptors.log, relay_fd::log, log_word);
  give(descriptors.log_before, relay_fd::log_before, log_before_word);
  return {std::move(ours), base::spawn(request)};
}

void RelayProcess::end(const base::Deadline& deadline) {
  if (!child_.wait(deadline)) {
    child_.kill(SIGKILL);
    child_.wait(base::Deadline::never());
  }
}

int relay_main(const RelayCommand& command, const std::vector<std::string_view>& words) {
  const auto given = [&](std::string_view word, int number) {
    const bool is = std::find(words.begin(), words.end(), word) != words.end();
    return base::UniqueFd(is ? number : -1);
  };
  base::UniqueFd client = given(client_word, relay_fd::client);
  base::UniqueFd log = given(log_word, relay_fd::log);
  const base::UniqueFd log_before = given(log_before_word, relay_fd::log_before);
  base::failpoint("relay.start");
  if (!ends_with_parent()) return 1;
  const engine::ContainerStore store(command.data_root, command.run_root);
  const auto container = store.load(command.id);
  if (!container) return 1;
  // All that can be done before the guest speaks: the host has other things to do then.
  RelayRequest request{.parent = relay_fd::parent,
                       .listener = relay_fd::listener,
                       .first_client = std::move(client),
                       .container_spec = encode(engine::container_spec(container->config)),
                       .process_spec = encode(engine::process_spec(
                           container->config, store.seccomp_filter(container->config))),
                       .terminal = container->config.terminal};
  const std::uint64_t log_size = container->config.log.max_size;
  Sandbox sandbox;
  const auto order = receive_message(relay_fd::parent);
  if (!order || order->type != MessageType::connect) return 1;
  request.epoch = order->numbers[2];
  request.client_expected = order->numbers[3] != 0;
  VchanChannel guest(connect_guest(*order));
  sandbox.enter(!log ? 0 : log_size == 0 ? RLIM_INFINITY : log_size + log_margin);
  base::failpoint("relay.connected");
  if (log) {
    const bool fresh = order->numbers[4] != 0;
    request.log.emplace(std::move(log), log_size,
                        fresh || !log_before ? LogEnds{} : read_log_ends(log_before.get()));
    if (fresh) request.log->mark();
  }
  Relay(std::move(request), guest).run();
  return 0;
}

}  // namespace monitor
