// How a container ends: recorded, cleaned up, told, in this order.
#include "monitor/supervisor.h"

#include <fmt/core.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "base/error.h"
#include "base/failpoint.h"
#include "base/file.h"
#include "base/log.h"
#include "base/subprocess.h"
#include "monitor/failure.h"

namespace monitor {

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
  records_.save_state(container_.config, exited);
  base::failpoint("parent.exit_recorded");
  tell({.type = engine::LaunchEvent::Type::exited, .number = end_->code, .text = end_->error});
  for (const base::UniqueFd& waiter : std::exchange(waiters_, {}))
    engine::send_line(waiter.get(), encode(engine::ControlAnswer{Answer::exited, end_->code}));
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

void Supervisor::dismiss_relay(bool orderly) {
  try {
    Message message;
    message.type = MessageType::recorded;
    if (in_order_) relay_->send(message);
    message.type = MessageType::finish;
    message.numbers[0] = orderly ? 1 : 0;
    relay_->send(message);
  } catch (const base::Error& error) {
    base::log_debug("{}", error.message());
  }
}

void Supervisor::settle(engine::Exited exited) {
  // What is forgotten with the container needs no orderly end.
  const bool orderly = in_order_ && !container_.config.auto_remove;
  if (relay_) dismiss_relay(orderly);
  if (domain_ && !orderly) domain_->begin_undo();
  if (relay_) {
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
      (never_started && container_.config.provisional && !again_ && exited.code == own_failure);
  if (forget) return records_.remove(container_);
  exited.cleaned = true;
  records_.save_state(container_.config, exited);
  base::failpoint("parent.cleaned");
  base::remove_file(records_.socket_path(request_.order.id));
  base::remove_file(records_.control_path(request_.order.id));
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
