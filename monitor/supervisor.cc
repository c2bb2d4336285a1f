#include "monitor/supervisor.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "base/error.h"
#include "base/failpoint.h"
#include "base/file.h"
#include "base/log.h"
#include "base/subprocess.h"
#include "base/text.h"
#include "monitor/failure.h"
#include "xen/host.h"
#include "xen/xenstore_client.h"
#include "xen/xl_toolstack.h"

namespace monitor {
namespace {

constexpr base::Milliseconds start_limit{240'000};  // from unpause to the entrypoint
constexpr base::Milliseconds module_limit{30'000};
constexpr base::Milliseconds console_limit{2'000};
constexpr base::Milliseconds relay_end_limit{15'000};
constexpr unsigned relay_start_limit = 50;
constexpr int destroyed_code = 137;
constexpr int own_failure = 125;

base::UniqueFd listen_at(const std::string& path) {
  base::remove_file(path);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    throw base::Error("the path is too long for a socket: " + path);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  base::UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd || bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(fd.get(), 16) != 0)
    base::throw_errno("listening at " + path);
  return fd;
}

}  // namespace

Supervisor::Supervisor(SupervisorRequest request, engine::ContainerStore& records)
    : request_(std::move(request)), records_(records) {
  auto container = records_.load(request_.id);
  if (!container)
    throw base::Error(base::ErrorKind::not_found, "no record of container " + request_.id);
  container_ = std::move(*container);
}

Supervisor::~Supervisor() = default;

void Supervisor::run() {
  try {
    connect_host();
    if (request_.mode == engine::MonitorMode::start)
      start();
    else
      adopt();
    watch();
  } catch (const base::Error& error) {
    fail(error);
  }
  close();
}

void Supervisor::connect_host() {
  base::failpoint("parent.start");
  xen::require_xen();
  xen::ensure_modules(base::Deadline::after(module_limit));
  store_ = xen::connect_xenstore();
  hypervisor_ = std::make_unique<xen::Hypervisor>();
  toolstack_ = std::make_unique<xen::XlToolstack>(
      *store_, xen::XlOptions{.directory = records_.run_directory(request_.id),
                              .lock_fd = request_.lock.fd()});
  domain_ = std::make_unique<ContainerDomain>(HostParts{.records = records_,
                                                        .store = *store_,
                                                        .hypervisor = *hypervisor_,
                                                        .toolstack = *toolstack_,
                                                        .data_root = request_.data_root,
                                                        .run_root = request_.run_root,
                                                        .balloon_dom0 = request_.balloon_dom0},
                                              container_);
}

void Supervisor::start() {
  container_.state = engine::Starting{.boot_id = base::boot_id()};
  records_.save_state(request_.id, container_.state);
  base::failpoint("parent.recorded");
  listen();
  start_relay(std::move(request_.connection));
  watch_.lap();
  domain_->make_disks();
  step("disks");
  base::failpoint("parent.disks");
  throw_if_cancelled();
  domain_->build();
  step("create");
  base::failpoint("parent.created");
  throw_if_cancelled();
  domain_->offer_disks();
  base::failpoint("parent.offered");
  released_ = store_->watch(xen::release_event);
  throw_if_cancelled();
  domain_->unpause();
  step("unpause");
  base::failpoint("parent.unpaused");
  connect_relay(0);
  start_deadline_ = base::Deadline::after(start_limit);
  if (request_.debug)
    console_log_ =
        base::open_file(records_.console_log(request_.id), O_WRONLY | O_CREAT | O_APPEND, 0600);
  console_.emplace(
      xen::Console::open(*store_, domain_->id(), base::Deadline::after(console_limit)));
}

// What a dead monitor left: still running, over, or never begun.
void Supervisor::adopt() {
  if (const auto* exited = std::get_if<engine::Exited>(&container_.state)) {
    end_ = End{exited->reason, exited->code, exited->error};
    return;
  }
  const auto* running = std::get_if<engine::Running>(&container_.state);
  if (!running) throw base::Error(base::ErrorKind::failure, "its start was interrupted");
  started_at_ = running->started;
  const auto domain = domain_->find();
  if (!domain || xen::has_ended(domain->state)) {
    end_ = End{engine::EndReason::destroyed, destroyed_code,
               "the domain ended while nobody watched it"};
    return;
  }
  if (request_.mode == engine::MonitorMode::end) {
    end_ = End{engine::EndReason::destroyed, destroyed_code, {}};
    return;
  }
  domain_->adopt(domain->id);
  started_ = true;
  client_attached_ = true;  // perhaps: the relay waits a moment for it
  listen();
  released_ = store_->watch(xen::release_event);
  start_relay({});
  connect_relay(0);
  tell({.type = engine::LaunchEvent::Type::started, .text = {}});
}

void Supervisor::listen() {
  client_listener_ = listen_at(records_.socket_path(request_.id));
  order_listener_ = listen_at(records_.control_path(request_.id));
}

void Supervisor::start_relay(base::UniqueFd client) {
  client_attached_ = client_attached_ || client;
  relay_.emplace(RelayProcess::start({request_.id, request_.data_root, request_.run_root},
                                     client_listener_.get(), std::move(client)));
}

void Supervisor::connect_relay(std::uint64_t epoch) {
  Message message;
  message.type = MessageType::connect;
  message.numbers = {domain_->id().number, container_.config.placement.slot, epoch,
                     client_attached_ ? 1u : 0u};
  relay_->send(message);
}

// --- events

void Supervisor::watch() {
  while (!end_) poll_once();
}

void Supervisor::poll_once() {
  enum Source { from_launch, from_relay, from_orders, from_xenstore, from_console, count };
  std::array<pollfd, count> polled{};
  polled.fill({.fd = -1, .events = POLLIN, .revents = 0});
  polled[from_launch].fd = request_.launch.get();
  polled[from_relay].fd = relay_ ? relay_->fd() : -1;
  polled[from_orders].fd = order_listener_.get();
  polled[from_xenstore].fd = released_->fd();
  polled[from_console].fd = console_ ? console_->fd() : -1;
  if (poll(polled.data(), polled.size(), start_deadline_.poll_timeout()) < 0) {
    if (errno == EINTR) return;
    base::throw_errno("watching the domain");
  }
  if (start_deadline_.expired())
    throw base::Error(base::ErrorKind::unavailable,
                      fmt::format("the guest did not start within {} s{}",
                                  start_limit.count() / 1000, last_words()));
  if (polled[from_launch].revents != 0) take_launch();
  if (polled[from_console].revents != 0) take_console();
  if (polled[from_relay].revents != 0) take_relay();
  if (!end_ && polled[from_orders].revents != 0) take_order();
  if (!end_ && polled[from_xenstore].revents != 0) check_guest();
}

// The command says nothing on it; closing it before the start cancels.
void Supervisor::take_launch() {
  throw_if_cancelled();
  request_.launch.reset();
}

void Supervisor::throw_if_cancelled() const {
  if (started_ || !request_.launch) return;
  char byte = 0;
  const ssize_t size = recv(request_.launch.get(), &byte, 1, MSG_DONTWAIT);
  if (size == 0 || (size < 0 && errno == ECONNRESET))
    throw base::Error(base::ErrorKind::interrupted, "cancelled before the container was started");
}

void Supervisor::take_relay() {
  const auto message = relay_->receive();
  if (message)
    take_message(*message);
  else
    relay_lost();
}

void Supervisor::take_message(const Message& message) {
  switch (message.type) {
    case MessageType::hello:
      epoch_ = message.numbers[0];
      note("kernel", static_cast<std::int64_t>(message.numbers[1] / 1000));
      note("init", static_cast<std::int64_t>((message.numbers[2] - message.numbers[1]) / 1000));
      step("connect");
      break;
    case MessageType::timing:
      base::log_debug("guest: {} at {} ms", message.take_text(), message.numbers[0] / 1'000'000);
      break;
    case MessageType::ready:
      domain_->let_go_of_disks();
      base::failpoint("parent.ready");
      break;
    case MessageType::started:
      guest_started();
      break;
    case MessageType::failed:
      tell(launch_failure(message));
      end_ = End{engine::EndReason::failed, failure_code(message), message.take_text()};
      break;
    case MessageType::exited:
      guest_exited(message);
      break;
    case MessageType::log:
      base::log_debug("guest: {}", message.take_text());
      break;
    case MessageType::broken:
      end_ = End{engine::EndReason::host_failure, own_failure,
                 "the guest broke the protocol: " + message.take_text()};
      break;
    case MessageType::client:
      client_attached_ = message.numbers[0] != 0;
      break;
    default:
      break;  // "lost" is followed by the relay's end
  }
}

void Supervisor::guest_started() {
  if (started_) return;
  step("process");
  started_at_ = base::wall_now();
  container_.state = engine::Running{.boot_id = base::boot_id(), .started = started_at_};
  records_.save_state(request_.id, container_.state);
  base::failpoint("parent.running");
  started_ = true;
  start_deadline_ = base::Deadline::never();
  tell({.type = engine::LaunchEvent::Type::started, .text = {}});
}

void Supervisor::guest_exited(const Message& message) {
  const bool signalled = message.numbers[0] != 0;
  const bool oom = message.numbers[1] != 0;
  const int value = static_cast<int>(message.numbers[2] & 0xff);
  in_order_ = true;
  end_ = End{oom         ? engine::EndReason::out_of_memory
             : signalled ? engine::EndReason::signalled
                         : engine::EndReason::exited,
             signalled ? 128 + value : value, oom ? "out of memory" : ""};
  step("exit");
}

// Another one goes on: the guest keeps what was not acknowledged.
void Supervisor::relay_lost() {
  relay_->end(base::Deadline::after(relay_end_limit));
  relay_.reset();
  check_guest();
  if (end_) return;
  if (++relay_starts_ > relay_start_limit)
    throw base::Error(base::ErrorKind::failure, "the monitor's relay keeps failing");
  base::log_debug("the relay ended; starting another one");
  base::forget_failpoints();
  start_relay({});
  connect_relay(epoch_);
}

void Supervisor::take_order() {
  const base::UniqueFd client(accept4(order_listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  char order = 0;
  if (!client ||
      !base::wait_readable(client.get(), base::Deadline::after(base::Milliseconds(1000))))
    return;
  if (read(client.get(), &order, 1) == 1 && order == engine::order_kill)
    end_ = End{engine::EndReason::destroyed, destroyed_code, {}};
}

void Supervisor::take_console() {
  const auto text = console_->read();
  if (!text) {
    console_.reset();
    return;
  }
  if (console_log_) base::write_all(console_log_.get(), *text);
}

// Some domain has ended: was it ours?
void Supervisor::check_guest() {
  while (released_ && released_->next()) {
  }
  const auto domain = domain_->find();
  if (domain && !xen::has_ended(domain->state)) return;
  if (relay_) {  // what it still has in its rings is the user's
    Message message;
    message.type = MessageType::guest_gone;
    relay_->send(message);
    while (const auto last = relay_->receive()) take_message(*last);
    relay_->end(base::Deadline::after(relay_end_limit));
    relay_.reset();
    if (end_) return;
  }
  if (console_) take_console();
  const bool panicked = domain && domain->state == xen::DomainInfo::State::crashed;
  end_ = panicked ? End{engine::EndReason::guest_panic, own_failure,
                        "the guest's kernel panicked" + last_words()}
         : domain ? End{engine::EndReason::guest_panic, own_failure,
                        "the guest ended by itself" + last_words()}
                  : End{engine::EndReason::destroyed, destroyed_code,
                        "the domain was destroyed from outside"};
  if (!started_) throw base::Error(base::ErrorKind::failure, end_->error);
}

std::string Supervisor::last_words() const {
  if (!console_) return "";
  const std::vector<std::string> lines = console_->last().lines();
  std::string words;
  for (std::size_t at = lines.size() < 5 ? 0 : lines.size() - 5; at < lines.size(); ++at)
    words += "\n  " + base::printable(lines[at], 200);
  return words.empty() ? "" : "; its console's last lines:" + words;
}

// --- the end

void Supervisor::fail(const base::Error& error) {
  tell({.type = engine::LaunchEvent::Type::error,
        .text = fmt::format("{}\n{}", base::to_string(error.kind()), error.message())});
  end_ = End{started_ ? engine::EndReason::host_failure : engine::EndReason::failed, own_failure,
             error.message()};
}

void Supervisor::close() {
  engine::Exited exited{.code = end_->code,
                        .reason = end_->reason,
                        .started = started_at_,
                        .finished = base::wall_now(),
                        .error = end_->error,
                        .cleaned = false};
  records_.save_state(request_.id, exited);
  base::failpoint("parent.exit_recorded");
  tell({.type = engine::LaunchEvent::Type::exited, .number = end_->code, .text = end_->error});
  watch_.lap();
  try {
    settle(exited);
    step("cleanup");
    tell({.type = engine::LaunchEvent::Type::counts,
          .number = base::spawn_count(),
          .second = store_ ? static_cast<std::int64_t>(store_->requests()) : 0,
          .text = {}});
    tell({.type = engine::LaunchEvent::Type::done, .text = {}});
  } catch (const base::Error& error) {
    tell({.type = engine::LaunchEvent::Type::error,
          .text =
              fmt::format("{}\ncleaning up: {}", base::to_string(error.kind()), error.message())});
  }
}

void Supervisor::settle(engine::Exited exited) {
  if (relay_) {
    try {
      Message message;
      message.type = MessageType::recorded;
      if (in_order_) relay_->send(message);
      message.type = MessageType::finish;
      message.numbers[0] = in_order_ && !container_.config.auto_remove ? 1 : 0;
      relay_->send(message);
    } catch (const base::Error& error) {
      base::log_debug("{}", error.message());
    }
    relay_->end(base::Deadline::after(in_order_ ? relay_end_limit : base::Milliseconds(1000)));
    relay_.reset();
  }
  console_.reset();
  released_.reset();
  if (domain_) domain_->undo();
  base::failpoint("parent.destroyed");
  client_listener_.reset();
  order_listener_.reset();
  const bool never_started = started_at_ == base::WallTime{};
  const bool forget =
      container_.config.auto_remove ||
      (never_started && container_.config.provisional && exited.code == own_failure);
  if (forget) return records_.remove(container_);
  exited.cleaned = true;
  records_.save_state(request_.id, exited);
  base::failpoint("parent.cleaned");
  base::remove_file(records_.socket_path(request_.id));
  base::remove_file(records_.control_path(request_.id));
}

// --- telling

void Supervisor::note(std::string_view name, std::int64_t microseconds) {
  tell(
      {.type = engine::LaunchEvent::Type::step, .number = microseconds, .text = std::string(name)});
}

void Supervisor::step(std::string_view name) { note(name, watch_.lap().count()); }

void Supervisor::tell(engine::LaunchEvent event) {
  if (!request_.launch) return;
  const std::string line = encode(event);
  if (send(request_.launch.get(), line.data(), line.size(), MSG_NOSIGNAL) < 0 && errno != EINTR)
    base::log_debug("nobody listens any more: {}", line);
}

}  // namespace monitor
