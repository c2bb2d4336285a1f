#include "image/pull_turn.h"

#include <fmt/core.h>
#include <unistd.h>

#include <functional>
#include <string_view>

namespace image {
namespace {

constexpr std::chrono::hours patience{1};

// Beside the staging directories, whose lock files have such names, too: what is left of a process
// that was killed goes with theirs. Two names that share one only wait for one another.
std::string lock_path(ImageStore& store, const Reference& name, const Platform& platform) {
  store.lock_for_change();  // makes the directories
  const std::string wanted = name.canonical() + " " + platform.text();
  return fmt::format("{}/turn-{:016x}.lock", store.layout().staging(),
                     std::hash<std::string_view>()(wanted));
}

base::FileLock wait_for_turn(const std::string& path, const Reference& name,
                             base::Progress& progress) {
  if (auto lock = base::FileLock::try_acquire(path)) return std::move(*lock);
  progress.message("Waiting for another pull of " + name.canonical());
  return base::FileLock::acquire(path, base::Deadline::after(patience),
                                 "another pull of " + name.canonical());
}

}  // namespace

PullTurn::PullTurn(ImageStore& store, const Reference& name, const Platform& platform,
                   base::Progress& progress)
    : path_(lock_path(store, name, platform)), lock_(wait_for_turn(path_, name, progress)) {}

PullTurn::~PullTurn() { unlink(path_.c_str()); }

}  // namespace image
