// How a container ends: recorded, cleaned up, told, in this order.
#include "monitor/supervisor.h"

#include <fmt/core.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <utility>

#include "base/error.h"
#include "base/failpoint.h"
#include "base/file.h"
#include "base/log.h"
#include "base/subprocess.h"
#include "engine/restart.h"
#include "monitor/failure.h"
#include "monitor/listener.h"

namespace monitor {
namespace {

constexpr unsigned most_clearing_relays = 3;

}  // namespace

void Supervisor::fail(const base::Error& error) {
  tell({.type = engine::LaunchEvent::Type::error,
        .text = fmt::format("{}\n{}", base::to_string(error.kind()), error.message())});
  const bool ran = started_ || request_.restarts != 0;
  end_ = End{ran ? engine::EndReason::host_failure : engine::EndReason::failed, own_failure,
             error.message()};
}

engine::Exited Supervisor::ending() const {
  engine::Exited exited{
      .code = end_->code,
      .reason = end_->reason,
      .started = started_at_,
      .finished = end_->finished == base::WallTime{} ? base::wall_now() : end_->finished,
      .error = end_->error,
      .cleaned = false,
      .restarts = request_.restarts,
      .stopped = retired_ || request_.order.mode == engine::MonitorMode::end,
      .restarting_in = {},
      .missed_wakeups = missed_wakeups_};
  if (engine::starts_again(container_.config.restart, exited))
    exited.restarting_in = base::boot_id();
  return exited;
}

void Supervisor::close() {
  const engine::Exited exited = ending();
  container_.state = exited;
  records_.save_state(container_.config, exited);
  base::failpoint("parent.exit_recorded");
  tell({.type = engine::LaunchEvent::Type::exited, .number = end_->code, .text = end_->error});
  answer_waiters();
  watch_.lap();
  try {
    settle(exited);
    step("cleanup");
    tell({.type = engine::LaunchEvent::Type::counts,
          .number = base::spawn_count(),
          .second = host_.store ? static_cast<std::int64_t>(host_.store->requests()) : 0,
          .text = {}});
    tell({.type = engine::LaunchEvent::Type::done, .text = {}});
  } catch (const base::Error& error) {
    tell({.type = engine::LaunchEvent::Type::error,
          .text =
              fmt::format("{}\ncleaning up: {}", base::to_string(error.kind()), error.message())});
  }
}

void Supervisor::answer_waiters() { answer_all(std::exchange(waiters_, {}), end_->code); }

void Supervisor::dismiss_relay(bool orderly) {
  if (in_order_) tell_relay(MessageType::recorded);
  std::string disks;
  if (orderly)
    for (const base::Uuid& guid : place_->leave()) disks += guid.text() + " ";
  tell_relay(MessageType::finish, {orderly ? 1u : 0u}, disks);
}

// It tells us that it has met the guest before it tells the guest of the container.
void Supervisor::stop_relay(base::Milliseconds patience) {
  if (!relay_) return;
  relay_->end(base::Deadline::after(patience));
  while (!guest_knows_) {
    const auto message = relay_->receive();
    if (!message) break;
    guest_knows_ = message->type == MessageType::hello;
  }
  relay_.reset();
}

// Its guest lives on, and must let go of the container; where it has not offered the slot yet,
// there is nothing that it could.
void Supervisor::clear_slot() {
  if (!guest_knows_) stop_relay(base::Milliseconds(0));
  if (!guest_knows_) return;
  const auto domain = place_->find();
  if (!domain || xen::has_ended(domain->state)) return;
  place_->adopt(domain->id);
  if (!place_->is_taken()) return;
  for (unsigned relays = 0; relays < most_clearing_relays; ++relays) {
    if (!relay_) {
      client_attached_ = false;
      listen();
      start_relay({});
      connect_relay(0);
    }
    dismiss_relay(true);
    const Cleared cleared = await_cleared();
    if (cleared == Cleared::yes) return;
    relay_->end(base::Deadline::after(base::Milliseconds(0)));
    relay_.reset();
    if (cleared == Cleared::guest_gone) return;
    if (cleared == Cleared::no) break;
    base::forget_failpoints();
  }
  place_->spoil();
}

// Until the guest has said so, has gone itself, or has said nothing for too long. `unknown`: the
// relay has ended without a word.
Supervisor::Cleared Supervisor::await_cleared() {
  const auto deadline = base::Deadline::after(relay_end_limit);
  if (!released_) released_ = host_.store->watch(xen::release_event);
  while (!deadline.expired()) {
    std::array<pollfd, 2> polled{pollfd{.fd = relay_->fd(), .events = POLLIN, .revents = 0},
                                 pollfd{.fd = released_->fd(), .events = POLLIN, .revents = 0}};
    if (poll(polled.data(), polled.size(), deadline.poll_timeout()) < 0 && errno != EINTR)
      base::throw_errno("waiting for the guest");
    if (polled[0].revents != 0) {
      const auto message = relay_->receive();
      if (!message) return Cleared::unknown;
      if (message->type == MessageType::shutdown_done)
        return message->numbers[0] == 0 ? Cleared::yes : Cleared::no;
    }
    if (polled[1].revents == 0) continue;
    while (released_->next()) {
    }
    const auto domain = place_->find();
    if (!domain || xen::has_ended(domain->state)) return Cleared::guest_gone;
  }
  return Cleared::no;
}

// Once its clients have what is theirs.
void Supervisor::end_relay() {
  if (!relay_) return;
  relay_->end(base::Deadline::after(in_order_ ? relay_end_limit : base::Milliseconds(1000)));
  relay_.reset();
}

void Supervisor::settle(engine::Exited exited) {
  // What is forgotten with the container needs no orderly end.
  const bool orderly = in_order_ && !container_.config.auto_remove;
  const bool shared = place_ && place_->is_shared();
  if (shared)
    clear_slot();
  else if (relay_)
    dismiss_relay(orderly);
  if (place_ && !orderly) place_->begin_undo();
  if (!shared) end_relay();
  console_.reset();
  released_.reset();
  if (place_) place_->undo();
  end_relay();  // a guest that has let go has nothing more for it
  base::failpoint("parent.destroyed");
  client_listener_.reset();
  if (!goes_on()) order_listener_.reset();
  if (forgets(exited)) return records_.remove(container_);
  exited.cleaned = true;
  container_.state = exited;
  records_.save_state(container_.config, exited);
  base::failpoint("parent.cleaned");
  base::remove_file(records_.socket_path(request_.order.id));
  if (!goes_on()) base::remove_file(records_.control_path(request_.order.id));
}

bool Supervisor::forgets(const engine::Exited& exited) const {
  const bool never_started = started_at_ == base::WallTime{};
  return container_.config.auto_remove ||
         (never_started && container_.config.provisional && !again_ && exited.code == own_failure);
}

void Supervisor::note(std::string_view name, std::int64_t microseconds) {
  tell(
      {.type = engine::LaunchEvent::Type::step, .number = microseconds, .text = std::string(name)});
}

void Supervisor::step(std::string_view name) { note(name, watch_.lap().count()); }

void Supervisor::tell(const engine::LaunchEvent& event) {
  if (!request_.launch) return;
  const std::string line = encode(event);
  if (send(request_.launch.get(), line.data(), line.size(), MSG_NOSIGNAL) < 0 && errno != EINTR)
    base::log_debug("nobody listens any more: {}", line);
}

}  // namespace monitor
