// What happens while a container starts and runs: its relay, its domain, the console.
#include "monitor/supervisor.h"

#include <fmt/core.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "base/error.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "base/text.h"
#include "engine/restart.h"
#include "monitor/failure.h"
#include "monitor/last_words.h"
#include "monitor/log_files.h"

namespace monitor {
namespace {

constexpr unsigned relay_start_limit = 50;

}  // namespace

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
      met_guest_ = guest_knows_ = true;
      note_boot(message);
      if (!started_) place_->remind_of_disks();
      break;
    case MessageType::timing:
      base::log_debug("guest: {} at {} ms", message.take_text(), message.numbers[0] / 1'000'000);
      break;
    case MessageType::ready:
      guest_ready_ = true;
      place_->let_go_of_disks();
      base::failpoint("parent.ready");
      break;
    case MessageType::started:
      guest_started();
      break;
    case MessageType::failed:
      tell(launch_failure(message));
      end_ = End{engine::EndReason::failed, start_failure(message).code, message.take_text()};
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
    case MessageType::missed:
      note_missed();
      break;
    case MessageType::log_full:
      next_log();
      break;
    case MessageType::frozen:
      frozen_ = message.numbers[0] != 0;
      break;
    case MessageType::client:
      client_attached_ = message.numbers[0] != 0;
      break;
    case MessageType::signalled:
      if (engine::asks_to_end(container_.config, static_cast<int>(message.numbers[0] & 0x7f)))
        retire();
      break;
    default:
      break;  // "lost" is followed by the relay's end
  }
}

void Supervisor::next_log() {
  try {
    const base::UniqueFd log = rotate_log(records_, container_.config);
    Message message;
    message.type = MessageType::log_file;
    relay_->send(message, log.get());
  } catch (const base::Error& error) {
    base::log_debug("{}", error.message());  // it asks again
  }
}

// From unpause on, as the guest's own clock divides it; the rest is the way to it and back.
void Supervisor::note_boot(const Message& hello) {
  if (place_->is_shared()) return step("connect");
  const auto kernel = static_cast<std::int64_t>(hello.numbers[1] / 1000);
  const auto init = static_cast<std::int64_t>(hello.numbers[2] / 1000) - kernel;
  note("kernel", kernel);
  note("init", init);
  note("connect", std::max<std::int64_t>(watch_.lap().count() - kernel - init, 0));
}

void Supervisor::guest_started() {
  if (started_) return;
  step("process");
  started_at_ = base::wall_now();
  container_.state = engine::Running{.boot_id = base::boot_id(),
                                     .started = started_at_,
                                     .restarts = request_.restarts,
                                     .stopped = retired_,
                                     .missed_wakeups = missed_wakeups_};
  records_.save_state(container_.config, container_.state);
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

void Supervisor::note_missed() {
  ++missed_wakeups_;
  base::log_debug("the relay found bytes of which no event had told it ({})", missed_wakeups_);
  auto* running = std::get_if<engine::Running>(&container_.state);
  if (running == nullptr) return;
  running->missed_wakeups = missed_wakeups_;
  records_.save_state(container_.config, container_.state);
}

// Another one goes on: the guest keeps what was not acknowledged.
void Supervisor::relay_lost() {
  relay_->end(base::Deadline::after(relay_end_limit));
  relay_.reset();
  met_guest_ = false;
  check_guest();
  if (end_) return;
  if (++relay_starts_ > relay_start_limit)
    throw base::Error(base::ErrorKind::failure, "the monitor's relay keeps failing");
  base::log_debug("the relay ended; starting another one");
  base::forget_failpoints();
  start_relay({});
  connect_relay(epoch_);
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
  const auto domain = place_->find();
  if (domain && !xen::has_ended(domain->state)) return;
  if (relay_) drain_relay();
  if (end_) return;
  if (console_) take_console();
  const bool panicked = domain && domain->state == xen::DomainInfo::State::crashed;
  end_ = panicked ? End{engine::EndReason::guest_panic, own_failure,
                        "the guest's kernel panicked" + last_words(console_)}
         : domain ? End{engine::EndReason::guest_panic, own_failure,
                        "the guest ended by itself" + last_words(console_)}
                  : End{engine::EndReason::destroyed, destroyed_code,
                        "the domain was destroyed from outside"};
  place_lost_ = place_->is_shared() && !guest_ready_ && !started_;
  if (!started_) throw base::Error(base::ErrorKind::failure, end_->error);
}

// What it still has in its rings is the user's. One that never met the guest has nothing, and still
// waits for it.
void Supervisor::drain_relay() {
  const auto deadline = base::Deadline::after(met_guest_ ? relay_end_limit : base::Milliseconds(0));
  tell_relay(MessageType::guest_gone);
  while (base::wait_readable(relay_->fd(), deadline)) {
    const auto last = relay_->receive();
    if (!last) break;
    take_message(*last);
  }
  relay_->end(deadline);
  relay_.reset();
}

}  // namespace monitor
