// What commands ask of a container that runs (engine/control.h).
#include <csignal>
#include <utility>
#include <variant>

#include "base/error.h"
#include "base/log.h"
#include "monitor/failure.h"
#include "monitor/listener.h"
#include "monitor/supervisor.h"

namespace monitor {
namespace {

constexpr base::Milliseconds freeze_limit{10'000};

}  // namespace

void Supervisor::take_order() {
  auto given = accept_order(order_listener_.get());
  if (!given) return;
  using Type = engine::ControlOrder::Type;
  switch (given->order.type) {
    case Type::retire:
      answer(given->client, retire());
      break;
    case Type::end:
      retire();
      end_ = End{engine::EndReason::destroyed, destroyed_code, {}};
      answer(given->client, Answer::ok);
      break;
    case Type::signal:
      answer(given->client, forward_signal(given->order.number));
      break;
    case Type::pause:
    case Type::unpause:
      answer(given->client, set_paused(given->order.type == Type::pause));
      break;
    case Type::rename:
      answer(given->client, rename_domain());
      break;
    case Type::wait:
      waiters_.push_back(std::move(given->client));
      break;
    case Type::start:  // it has begun
      answer(given->client, Answer::idle);
      break;
  }
}

Supervisor::Answer Supervisor::forward_signal(int number) {
  if (!started_ || !relay_) return Answer::idle;
  tell_relay(MessageType::signal, {static_cast<std::uint64_t>(number)});
  // What is to end it is heard, as under docker.
  if (number == SIGKILL || number == container_.config.stop_signal) set_paused(false);
  return Answer::ok;
}

// Who takes over half-way asks Xen which of the two it is.
Supervisor::Answer Supervisor::set_paused(bool paused) {
  auto* running = std::get_if<engine::Running>(&container_.state);
  if (!started_ || end_ || running == nullptr || running->paused == paused) return Answer::idle;
  if (!stop_running(paused)) return Answer::idle;
  running = std::get_if<engine::Running>(&container_.state);
  if (running == nullptr) return Answer::idle;
  running->paused = paused;
  records_.save_state(container_.config, container_.state);
  return Answer::ok;
}

// The domain, or, where others are in it too, the container's processes by its guest. False where
// it has ended: that is told by itself.
bool Supervisor::stop_running(bool paused) {
  try {
    if (!place_->is_shared()) {
      paused ? place_->pause() : place_->unpause();
      return true;
    }
    frozen_.reset();
    tell_relay(MessageType::freeze, {paused ? 1u : 0u});
    const auto deadline = base::Deadline::after(freeze_limit);
    while (!end_ && relay_ && frozen_ != paused && base::wait_readable(relay_->fd(), deadline))
      take_relay();
    return frozen_ == paused;
  } catch (const base::Error& error) {
    base::log_debug("{}", error.message());
    return false;
  }
}

Supervisor::Answer Supervisor::rename_domain() {
  const auto now = records_.load(container_.config.id);
  if (!started_ || end_ || !now) return Answer::idle;
  container_.config.name = now->config.name;
  if (place_->is_shared()) return Answer::ok;
  try {
    toolstack_->rename(place_->id(), container_.domain_name());
  } catch (const base::Error& error) {
    base::log_warning("{}", error.message());  // the container has its name
  }
  return Answer::ok;
}

}  // namespace monitor
