// What a monitor tells the command that started it: lines of text on a socket between the two. The
// command's closing its end before "started" means: cancel, and leave nothing behind.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace engine {

struct LaunchEvent {
  enum class Type {
    held,     // it waits for the order to start (engine/control.h)
    step,     // text: its name, number: microseconds
    counts,   // number: processes forked, second: xenstore requests
    started,  // the entrypoint runs
    failure,  // the guest could not start it: number: exit code, second: errno, text "STAGE\nTEXT"
    error,    // the host could not: text "KIND\nTEXT"
    exited,   // number: exit status as run returns it, text: why, where it was not its own end
    done,     // everything that should be gone is gone
  };
  Type type = Type::done;
  std::int64_t number = 0;
  std::int64_t second = 0;
  std::string text;
  bool operator==(const LaunchEvent&) const = default;
};

std::string encode(const LaunchEvent& event);
// nullopt for a line that is none.
std::optional<LaunchEvent> decode_launch_event(std::string_view line);

// Puts lines together from pieces; ignores what is no event. A line has at most 4 KiB.
class LaunchReader {
 public:
  enum class End { taken, closed, late };

  std::vector<LaunchEvent> feed(std::string_view piece);
  // Reads the socket and gives each event to `take`, until that returns true, the monitor has
  // closed its end, or the deadline has passed: says which. Throws interrupted as
  // base::wait_readable().
  End read(int socket, const base::Deadline& deadline,
           const std::function<bool(const LaunchEvent&)>& take);

 private:
  std::string rest_;
};

}  // namespace engine
