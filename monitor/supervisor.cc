#include "monitor/supervisor.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/error.h"
#include "base/failpoint.h"
#include "base/file.h"
#include "base/log.h"
#include "monitor/failure.h"
#include "monitor/last_words.h"
#include "monitor/listener.h"
#include "monitor/log_files.h"
#include "xen/xl_toolstack.h"

namespace monitor {
namespace {

constexpr base::Milliseconds console_limit{2'000};

}  // namespace

Supervisor::Supervisor(SupervisorRequest request, engine::ContainerStore& records)
    : request_(std::move(request)), records_(records), host_(std::move(request_.host)) {
  auto container = records_.load(request_.order.id);
  if (!container)
    throw base::Error(base::ErrorKind::not_found, "no record of container " + request_.order.id);
  container_ = std::move(*container);
  const auto* starting = std::get_if<engine::Starting>(&container_.state);
  again_ = starting ? starting->again : std::holds_alternative<engine::Exited>(container_.state);
  order_listener_ = std::move(request_.orders);
  waiters_ = std::move(request_.waiters);
}

Supervisor::~Supervisor() = default;

std::optional<SupervisorRequest> Supervisor::run() {
  try {
    prepare();
    if (request_.order.mode == engine::MonitorMode::start) {
      start_somewhere();
    } else {
      adopt();
      watch();
    }
  } catch (const base::Error& error) {
    fail(error);
  }
  close();
  return goes_on() ? next_life() : std::nullopt;
}

void Supervisor::prepare() {
  base::failpoint("parent.start");
  if (!host_.hypervisor) host_ = connect_host();
  toolstack_ = std::make_unique<xen::XlToolstack>(
      *host_.store, xen::XlOptions{.directory = records_.run_directory(request_.order.id),
                                   .lock_fd = request_.order.lock.fd()});
  if (request_.order.mode == engine::MonitorMode::start) choose_place();
  make_place();
}

void Supervisor::start() {
  container_.state =
      engine::Starting{.boot_id = base::boot_id(), .again = again_, .restarts = request_.restarts};
  records_.save_state(container_.config, container_.state);
  base::failpoint("parent.recorded");
  guest_knows_ = false;
  listen();
  watch_.lap();
  build();
  step("create");
  base::failpoint("parent.created");
  throw_if_cancelled();
  place_->unpause();
  step("unpause");
  base::failpoint("parent.unpaused");
  start_deadline_ = base::Deadline::after(place_->is_shared() ? slot_limit : start_limit);
  // A kernel boots meanwhile, which has no use yet for what comes now.
  start_relay(std::move(request_.connection));
  connect_relay(0);
  released_ = host_.store->watch(xen::release_event);  // comes at once, too
  give_disks();
  open_console();
}

void Supervisor::give_disks() {
  base::Stopwatch watch;
  throw_if_cancelled();
  place_->make_disks();
  base::failpoint("parent.disks");
  throw_if_cancelled();
  place_->offer_disks();
  base::failpoint("parent.offered");
  disks_there_ = true;
  if (place_->is_shared()) tell_relay(MessageType::disks);
  note("disks", watch.lap().count());
}

void Supervisor::open_console() {
  if (!place_->has_console()) return;
  if (request_.debug)
    console_log_ = base::open_file(records_.console_log(request_.order.id),
                                   O_WRONLY | O_CREAT | O_APPEND, 0600);
  console_.emplace(
      xen::Console::open(*host_.store, place_->id(), base::Deadline::after(console_limit)));
}

// What a dead monitor left: still running, over, or never begun.
void Supervisor::adopt() {
  request_.restarts = engine::restart_count(container_.state);
  if (const auto* exited = std::get_if<engine::Exited>(&container_.state)) {
    started_at_ = exited->started;
    retired_ = exited->stopped;
    missed_wakeups_ = exited->missed_wakeups;
    end_ = End{exited->reason, exited->code, exited->error, exited->finished};
    return;
  }
  auto* running = std::get_if<engine::Running>(&container_.state);
  if (!running) throw base::Error(base::ErrorKind::failure, "its start was interrupted");
  started_at_ = running->started;
  retired_ = running->stopped;
  missed_wakeups_ = running->missed_wakeups;
  const auto domain = place_->find();
  if (!domain || xen::has_ended(domain->state)) {
    end_ = End{engine::EndReason::destroyed, destroyed_code,
               "the domain ended while nobody watched it"};
    return;
  }
  if (request_.order.mode == engine::MonitorMode::end) {
    retired_ = true;
    end_ = End{engine::EndReason::destroyed, destroyed_code, {}};
    return;
  }
  place_->adopt(domain->id);
  disks_there_ = true;
  const bool paused =
      place_->is_shared() ? running->paused : domain->state == xen::DomainInfo::State::paused;
  if (std::exchange(running->paused, paused) != paused)
    records_.save_state(container_.config, container_.state);
  started_ = true;
  client_attached_ = true;  // perhaps: the relay waits a moment for it
  listen();
  released_ = host_.store->watch(xen::release_event);
  start_relay({});
  connect_relay(0);
  tell({.type = engine::LaunchEvent::Type::started, .text = {}});
}

void Supervisor::listen() {
  if (!client_listener_) client_listener_ = listen_at(records_.socket_path(request_.order.id));
  listen_for_orders();
}

void Supervisor::listen_for_orders() {
  if (!order_listener_) order_listener_ = listen_at(records_.control_path(request_.order.id));
}

void Supervisor::start_relay(base::UniqueFd client) {
  client_attached_ = client_attached_ || client;
  base::UniqueFd log;
  base::UniqueFd log_before;
  if (container_.config.log.kept) {
    log_before = open_last_log(records_, container_.config);
    log = open_log(records_, request_.order.id);
  }
  if (auto waiting = std::exchange(request_.relay, std::nullopt))
    relay_.emplace(std::move(*waiting));
  else
    relay_.emplace(RelayProcess::spawn({request_.data_root, request_.run_root}));
  relay_->begin(request_.order.id, {.listener = client_listener_.get(),
                                    .client = client.get(),
                                    .log = log.get(),
                                    .log_before = log_before.get()});
}

void Supervisor::connect_relay(std::uint64_t epoch) {
  // A guest that boots may hear of its container at any time, and watches for the disks. One that
  // is up looks for them when it hears of it: only then, where they were attached before.
  const bool may_hear = !end_ && (disks_there_ || !place_->is_shared());
  tell_relay(MessageType::connect,
             {place_->id().number, place_->slot(), epoch, client_attached_ ? 1u : 0u,
              started_ || end_ ? 0u : 1u, may_hear ? 1u : 0u});
}

// Whether it has died is seen at its socket.
void Supervisor::tell_relay(MessageType type, const std::array<std::uint64_t, 6>& numbers,
                            std::string_view text) {
  Message message;
  message.type = type;
  message.numbers = numbers;
  message.put_text(text);
  try {
    relay_->send(message);
  } catch (const base::Error& error) {
    base::log_debug("the relay: {}", error.message());
  }
}

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
  if (start_deadline_.expired()) start_took_too_long();
  if (polled[from_launch].revents != 0) take_launch();
  if (polled[from_console].revents != 0) take_console();
  if (polled[from_relay].revents != 0) take_relay();
  if (!end_ && polled[from_orders].revents != 0) take_order();
  if (!end_ && polled[from_xenstore].revents != 0) check_guest();
}

}  // namespace monitor
