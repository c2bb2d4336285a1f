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
#include "base/log.h"
#include "engine/container_store.h"
#include "engine/spec.h"
#include "monitor/relay.h"
#include "monitor/sandbox.h"
#include "monitor/vchan_channel.h"
#include "xen/xenstore_client.h"

namespace monitor {
namespace {

constexpr base::Milliseconds vchan_limit{300'000};  // the parent has the shorter one
// What may still be written to a file that is full: the frames that were under way.
constexpr std::uint64_t log_margin = std::uint64_t{8} << 20;
constexpr int parent_fd = 3;

// What Message::take says that a descriptor is.
enum class Given : std::uint64_t { listener, client, log, log_before, count };

struct Beginning {
  std::string id;
  std::array<base::UniqueFd, static_cast<std::size_t>(Given::count)> descriptors;
  base::UniqueFd take(Given what) { return std::move(descriptors[static_cast<std::size_t>(what)]); }
};

// nullopt where the parent has ended, or says what it should not.
std::optional<Beginning> await_begin() {
  Beginning beginning;
  for (;;) {
    base::UniqueFd passed;
    const auto message = receive_message(parent_fd, &passed);
    if (!message) return std::nullopt;
    beginning.id = message->take_text();
    if (message->type == MessageType::begin) return beginning;
    const std::uint64_t what = message->numbers[0];
    if (message->type != MessageType::take || what >= beginning.descriptors.size())
      return std::nullopt;
    beginning.descriptors[what] = std::move(passed);
  }
}

// While it waits for the guest it does not hear of its parent's end, which it must not outlive. The
// change of user in Sandbox::enter() takes this back: from then on Relay looks itself.
bool ends_with_parent() {
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) base::throw_errno("tying the relay to its parent");
  pollfd parent{.fd = parent_fd, .events = 0, .revents = 0};
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

RelayProcess RelayProcess::spawn(const Roots& roots) {
  int sockets[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) != 0)
    base::throw_errno("making the relay's socket");
  base::UniqueFd ours(sockets[0]);
  const base::UniqueFd theirs(sockets[1]);
  base::Child child =
      base::spawn({.argv = {own_program(), "relay", roots.data, roots.run},
                   .fds = {{STDERR_FILENO, STDERR_FILENO},  // /dev/null, but with --debug
                           {theirs.get(), parent_fd}}});
  return {std::move(ours), std::move(child)};
}

void RelayProcess::begin(const std::string& id, const RelayDescriptors& descriptors) const {
  const auto give = [&](int fd, Given what) {
    Message message;
    message.type = MessageType::take;
    message.numbers[0] = static_cast<std::uint64_t>(what);
    if (fd >= 0) send(message, fd);
  };
  Message message;
  message.type = MessageType::begin;
  message.put_text(id);
  try {
    give(descriptors.listener, Given::listener);
    give(descriptors.client, Given::client);
    give(descriptors.log, Given::log);
    give(descriptors.log_before, Given::log_before);
    send(message);
  } catch (const base::Error& error) {
    base::log_debug("the relay has died: {}", error.message());
  }
}

void RelayProcess::end(const base::Deadline& deadline) {
  if (!child_.wait(deadline)) {
    child_.kill(SIGKILL);
    child_.wait(base::Deadline::never());
  }
}

int relay_main(const Roots& roots) {
  base::failpoint("relay.start");
  base::set_cloexec(parent_fd, true);
  if (!ends_with_parent()) return 1;
  Sandbox sandbox;
  auto beginning = await_begin();
  if (!beginning) return 1;
  const base::UniqueFd listener = beginning->take(Given::listener);
  base::UniqueFd log = beginning->take(Given::log);
  const base::UniqueFd log_before = beginning->take(Given::log_before);
  const engine::ContainerStore store(roots.data, roots.run);
  const auto container = store.load(beginning->id);
  if (!container) return 1;
  // All that can be done before the guest speaks: the host has other things to do then.
  RelayRequest request{.parent = parent_fd,
                       .listener = listener.get(),
                       .first_client = beginning->take(Given::client),
                       .container_spec = encode(engine::container_spec(container->config)),
                       .process_spec = encode(engine::process_spec(
                           container->config, store.seccomp_filter(container->config))),
                       .terminal = container->config.terminal};
  const std::uint64_t log_size = container->config.log.max_size;
  const auto order = receive_message(parent_fd);
  if (!order || order->type != MessageType::connect) return 1;
  request.epoch = order->numbers[2];
  request.client_expected = order->numbers[3] != 0;
  request.disks_there = order->numbers[5] != 0;
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
