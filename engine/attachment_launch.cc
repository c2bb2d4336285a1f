// The attached client's side of the launch socket (engine/launch.h): what the monitor's parent
// tells of the start and of the end, and what is done where it dies.
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/error.h"
#include "base/failpoint.h"
#include "base/file.h"
#include "base/lock.h"
#include "base/log.h"
#include "engine/attachment.h"
#include "engine/detached_start.h"
#include "engine/start_failure.h"

namespace engine {
namespace {

constexpr base::Milliseconds adoption_wait{20'000};
constexpr int killed_code = 137;  // with its container, or its monitor

}  // namespace

void Attachment::take_launch_events() {
  std::array<char, 4096> buffer{};
  const ssize_t size = ::read(launch_.get(), buffer.data(), buffer.size());
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (size > 0) {
    for (const LaunchEvent& event :
         launch_reader_.feed({buffer.data(), static_cast<std::size_t>(size)}))
      take_event(event);
    return;
  }
  launch_.reset();
  if (!done_ && !exited_ && !error_ && !failure_) adopt();
}

void Attachment::take_event(const LaunchEvent& event) {
  using Type = LaunchEvent::Type;
  switch (event.type) {
    case Type::held:
      break;
    case Type::step:
      timing_.steps.push_back({event.text, static_cast<double>(event.number) / 1000});
      break;
    case Type::counts:
      timing_.processes += static_cast<unsigned>(event.number);
      timing_.xenstore_requests += static_cast<unsigned>(event.second);
      break;
    case Type::started:
      base::failpoint("client.started");
      if (!started_) run_begins();
      if (cancelled_by_ != 0)
        ClientStreams::send_signal(std::exchange(cancelled_by_, 0), out_.tail());
      if (!connection_) connect_again();
      break;
    case Type::failure:
      failure_ = start_failure(event);
      break;
    case Type::error:
      error_ = event;
      break;
    case Type::exited:
      exited_ = event;
      break;
    case Type::done:
      done_ = true;
      break;
  }
  if (exited_ || error_ || failure_) farewell_ = farewell_.sooner(farewell_time);
}

// The monitor died. Who gets the lock starts another one; whoever else has it is at it already.
void Attachment::adopt() {
  const std::string& id = request_.config.id;
  connection_.reset();
  in_.clear();
  out_.clear();
  if (++adoptions_ > retry_limit || !base::exists(request_.store.data_directory(id)))
    throw base::Error(base::ErrorKind::failure,
                      fmt::format("the monitor of container {} ended before it had told the exit "
                                  "status",
                                  request_.config.name));
  base::log_debug("the monitor of {} ended; starting another one", request_.config.name);
  base::FileLock lock =
      base::FileLock::acquire(request_.store.run_directory(id) + "/lock",
                              base::Deadline::after(adoption_wait), "the container");
  base::forget_failpoints();
  launch_ = start_monitor(request_.settings, {MonitorMode::adopt, id, std::move(lock)}).launch;
  base::set_nonblocking(launch_.get(), true);
  if (cancelled_by_ != 0) shutdown(launch_.get(), SHUT_WR);
}

// Nobody tells us of the monitor's end: it has ended with the container, or died.
void Attachment::look_at_record() {
  const auto now = request_.store.load(request_.config.id);
  const auto* exited = now ? std::get_if<Exited>(&now->state) : nullptr;
  if (now && !exited && !now->config.tied) return adopt();
  exited_ = LaunchEvent{.type = LaunchEvent::Type::exited,
                        .number = exited ? exited->code
                                  : now  ? killed_code
                                         : 0,
                        .text = exited ? exited->error : ""};
}

RunOutcome Attachment::outcome() {
  if (request_.stdio.terminal != nullptr) request_.stdio.terminal->leave();
  if (detach_keys_.seen() && !streams_.exit()) return {.detached = true, .timing = timing_};
  if (streams_.failure()) failure_ = start_failure(*streams_.failure());
  if (failure_)
    return {.code = failure_->code, .failure = failure_, .error = {}, .timing = timing_};
  if (error_ && !streams_.exit()) {
    const base::Error error = launch_error(*error_);
    throw base::Error(cancelled_by_ != 0 ? base::ErrorKind::interrupted : error.kind(),
                      error.message());
  }
  RunOutcome outcome{.timing = timing_};
  if (const auto& exit = streams_.exit()) {
    outcome.code = static_cast<int>(exit->signalled ? 128 + exit->value : exit->value);
    if (exit->oom && exit->signalled) outcome.error = "the container ran out of memory";
  } else if (exited_ && is_exec_) {
    outcome.code = killed_code;  // with its container
  } else if (exited_) {
    outcome.code = static_cast<int>(exited_->number);
    outcome.error = exited_->text;
  } else if (cancelled_by_ != 0) {
    throw base::Error(base::ErrorKind::interrupted, "cancelled");
  } else {
    outcome.code = 125;
    outcome.error = streams_.relay_error().empty()
                        ? "the monitor did not tell how the container ended"
                        : streams_.relay_error();
  }
  if (!write_error_.empty()) {
    outcome.code = 125;
    outcome.error = write_error_;
  }
  return outcome;
}

}  // namespace engine
