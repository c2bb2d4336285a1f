#include "monitor/turn.h"

#include <fmt/core.h>

#include <thread>

#include "base/error.h"

namespace monitor {
namespace {

constexpr base::Milliseconds pause{30};

}  // namespace

base::FileLock take_turn(const TurnRequest& request) {
  for (;;) {
    const bool last_try = request.deadline.expired();
    for (unsigned i = 0; i < request.places; ++i)
      if (auto lock =
              base::FileLock::try_acquire(fmt::format("{}/create-{}.lock", request.run_root, i)))
        return std::move(*lock);
    request.check();
    if (last_try)
      throw base::Error(base::ErrorKind::unavailable,
                        "other domains are still being made; this one's turn did not come");
    std::this_thread::sleep_for(std::min(pause, request.deadline.remaining()));
  }
}

}  // namespace monitor
