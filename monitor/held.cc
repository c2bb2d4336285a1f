#include "monitor/held.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "engine/launch.h"
#include "monitor/listener.h"

namespace monitor {
namespace {

constexpr int first_free = 10;  // beyond the descriptors that have a meaning by their number

// Those that do nothing to a process that has not asked for them (signal(7)).
bool is_harmless(int number) {
  constexpr std::array ignored{SIGCHLD, SIGURG, SIGWINCH, SIGCONT};
  return std::find(ignored.begin(), ignored.end(), number) != ignored.end();
}

}  // namespace

OwnStdio OwnStdio::take() {
  OwnStdio own;
  const base::UniqueFd null = base::open_file("/dev/null", O_RDWR);
  for (int number = 0; number < 3; ++number) {
    base::UniqueFd& kept = own.fds_[static_cast<std::size_t>(number)];
    kept = base::UniqueFd(fcntl(number, F_DUPFD_CLOEXEC, first_free));
    if (!kept || dup2(null.get(), number) < 0) base::throw_errno("the container's descriptors");
  }
  return own;
}

Held::Held(SupervisorRequest request, engine::ContainerStore& records)
    : request_(std::move(request)), records_(records) {
  const auto container = records_.load(request_.order.id);
  if (!container)
    throw base::Error(base::ErrorKind::not_found, "no record of container " + request_.order.id);
  config_ = container->config;
}

std::optional<SupervisorRequest> Held::run() {
  orders_ = listen_at(records_.control_path(config_.id));
  engine::send_line(
      request_.launch.get(),
      encode(engine::LaunchEvent{.type = engine::LaunchEvent::Type::held, .text = {}}));
  request_.launch.reset();
  while (!over()) {
    base::wait_readable(orders_.get(), base::Deadline::never());
    take_order();
  }
  if (ended_) {
    base::remove_file(records_.control_path(config_.id));
    return std::nullopt;
  }
  request_.order.mode = engine::MonitorMode::start;
  request_.orders = std::move(orders_);
  request_.waiters = std::move(waiters_);
  return std::move(request_);
}

void Held::take_order() {
  auto given = accept_order(orders_.get());
  if (!given) return;
  using Type = engine::ControlOrder::Type;
  using Answer = engine::ControlAnswer::Type;
  switch (given->order.type) {
    case Type::start:
      request_.launch = std::move(given->client);
      started_ = true;
      break;
    case Type::wait:
      waiters_.push_back(std::move(given->client));
      break;
    case Type::end:
      end(SIGKILL);
      answer(given->client, Answer::ok);
      break;
    case Type::signal:
      if (!is_harmless(given->order.number)) end(given->order.number);
      answer(given->client, Answer::ok);
      break;
    default:
      answer(given->client, Answer::idle);
      break;
  }
}

// It has not lived, so there is nothing to take down.
void Held::end(int signal) {
  const int code = 128 + signal;
  records_.save_state(config_, engine::Exited{.code = code,
                                              .reason = engine::EndReason::signalled,
                                              .started = {},
                                              .finished = base::wall_now(),
                                              .error = {},
                                              .cleaned = true,
                                              .restarting_in = {}});
  answer_all(waiters_, code);
  ended_ = true;
}

}  // namespace monitor
