#include "engine/detached_start.h"

#include <sys/socket.h>

#include <algorithm>
#include <string>

#include "base/clock.h"
#include "base/signals.h"

namespace engine {
namespace {

constexpr base::Milliseconds farewell_time{90'000};  // of a monitor that cleans up

// The text after the first word of an event's, which ends with a line break.
std::string_view first_line(std::string_view text) { return text.substr(0, text.find('\n')); }
std::string_view rest(std::string_view text) {
  text.remove_prefix(std::min(first_line(text).size() + 1, text.size()));
  return text;
}

// One start, from the order to what became of it.
class DetachedStart {
 public:
  explicit DetachedStart(int launch) : launch_(launch) {}

  std::optional<StartFailure> run() {
    try {
      take_events(base::Deadline::never());
    } catch (const base::Error& error) {
      if (error.kind() != base::ErrorKind::interrupted) throw;
      const base::InterruptShield shield;
      shutdown(launch_, SHUT_WR);
      take_events(base::Deadline::after(farewell_time));
      if (!started_) throw;
    }
    if (error_) throw launch_error(*error_);
    if (!started_ && !failure_)
      throw base::Error(base::ErrorKind::failure,
                        "the monitor ended before it had told whether the container runs");
    return failure_;
  }

 private:
  // Until the container runs, or its monitor has nothing more to say.
  void take_events(const base::Deadline& deadline) {
    reader_.read(launch_, deadline, [this](const LaunchEvent& event) {
      take(event);
      return started_ || done_;
    });
  }

  void take(const LaunchEvent& event) {
    switch (event.type) {
      case LaunchEvent::Type::started:
        started_ = true;
        break;
      case LaunchEvent::Type::failure:
        failure_ = start_failure(event);
        break;
      case LaunchEvent::Type::error:
        error_ = event;
        break;
      case LaunchEvent::Type::done:
        done_ = true;
        break;
      default:
        break;
    }
  }

  int launch_;
  LaunchReader reader_;
  bool started_ = false;
  bool done_ = false;
  std::optional<StartFailure> failure_;
  std::optional<LaunchEvent> error_;
};

}  // namespace

std::optional<StartFailure> await_start(const base::UniqueFd& launch) {
  return DetachedStart(launch.get()).run();
}

StartFailure start_failure(const LaunchEvent& event) {
  return {.code = static_cast<int>(event.number),
          .stage = std::string(first_line(event.text)),
          .error_number = static_cast<int>(event.second),
          .text = std::string(rest(event.text))};
}

base::Error launch_error(const LaunchEvent& event) {
  base::ErrorKind kind = base::ErrorKind::failure;
  base::parse_error_kind(first_line(event.text), kind);
  return {kind, std::string(rest(event.text))};
}

}  // namespace engine
