// Domains are made a few at a time. Making one takes a second of dom0's processors and has libxl's
// own time limits in it (10 s for xenconsoled's answer): many at once would all be late, and some
// fail. A turn ends with its holder, however that dies.
#pragma once

#include <functional>
#include <string>

#include "base/clock.h"
#include "base/lock.h"

namespace monitor {

struct TurnRequest {
  std::string run_root;  // holds the places: create-0.lock, create-1.lock, …
  unsigned places = 1;   // how many may be at it at once
  base::Deadline deadline;
  std::function<void()> check;  // called while waiting; what it throws ends the wait
};

// The turn lasts as long as the lock. Throws unavailable after the deadline.
base::FileLock take_turn(const TurnRequest& request);

}  // namespace monitor
