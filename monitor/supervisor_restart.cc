// Between two lives of a container with a restart policy (engine/restart.h). Nothing of it is there
// but its record, which says so, and the lock and the socket for orders, which this process keeps.
#include <utility>
#include <variant>

#include "base/failpoint.h"
#include "base/file.h"
#include "engine/restart.h"
#include "monitor/supervisor.h"

namespace monitor {

// Its record says it too, so that whoever takes over knows: at once, before the order is answered.
Supervisor::Answer Supervisor::retire() {
  if (std::exchange(retired_, true) ||
      container_.config.restart.when == engine::RestartPolicy::When::no)
    return Answer::ok;
  if (auto* running = std::get_if<engine::Running>(&container_.state)) {
    running->stopped = true;
  } else if (auto* exited = std::get_if<engine::Exited>(&container_.state)) {
    exited->stopped = true;
    exited->restarting_in.clear();
  } else {
    return Answer::ok;
  }
  records_.save_state(container_.config, container_.state);
  return Answer::ok;
}

bool Supervisor::goes_on() const { return !retired_ && engine::is_restarting(container_.state); }

std::optional<SupervisorRequest> Supervisor::next_life() {
  const auto& ended = std::get<engine::Exited>(container_.state);
  const base::Milliseconds wait = engine::restart_wait(request_.waited, ended);
  const base::Deadline until = base::Deadline::after(wait);
  listen_for_orders();
  base::failpoint("parent.waiting");
  while (!retired_ && base::wait_readable(order_listener_.get(), until)) take_order();
  if (retired_) {
    stay_ended();
    return std::nullopt;
  }
  return SupervisorRequest{.order = {.mode = engine::MonitorMode::start,
                                     .id = request_.order.id,
                                     .lock = std::move(request_.order.lock)},
                           .data_root = request_.data_root,
                           .run_root = request_.run_root,
                           .balloon_dom0 = request_.balloon_dom0,
                           .debug = request_.debug,
                           .host = {},
                           .relay = {},
                           .launch = {},
                           .connection = {},
                           .restarts = ended.restarts + 1,
                           .waited = wait,
                           .orders = std::move(order_listener_),
                           .waiters = std::move(waiters_)};
}

void Supervisor::stay_ended() {
  answer_waiters();
  order_listener_.reset();
  base::remove_file(records_.control_path(request_.order.id));
}

}  // namespace monitor
