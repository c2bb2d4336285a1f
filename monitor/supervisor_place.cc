// Where a container is to live: a domain of its own, or a memres; and elsewhere where that is lost.
#include <fmt/core.h>

#include <thread>

#include "base/error.h"
#include "base/log.h"
#include "memres/instance.h"
#include "monitor/last_words.h"
#include "monitor/supervisor.h"
#include "monitor/turn.h"

namespace monitor {
namespace {

constexpr base::Milliseconds turn_limit{300'000};
constexpr unsigned most_places = 4;

}  // namespace

// A memres may end at the very moment: then nothing has happened in it, and there are other places.
void Supervisor::start_somewhere() {
  for (unsigned places = 1;; ++places) {
    try {
      start();
      return watch();
    } catch (const base::Error& error) {
      if (!is_place_lost() || places == most_places) throw;
      base::log_debug("{}; trying again", error.message());
    }
    leave_place();
    choose_place();
    make_place();
  }
}

// Whatever failed: where the guest has ended, it was that.
bool Supervisor::is_place_lost() {
  if (place_lost_ || started_ || guest_ready_ || !place_ || !place_->is_shared())
    return place_lost_;
  const auto domain = place_->find();
  return !domain || xen::has_ended(domain->state);
}

void Supervisor::leave_place() {
  stop_relay(base::Milliseconds(1000));
  released_.reset();
  end_.reset();
  place_lost_ = disks_there_ = false;
  if (unanswered_ && guest_knows_) place_->spoil();
  place_->undo();
  if (auto container = records_.load(request_.order.id))
    container_.config = std::move(container->config);
}

// In a memres where it may be in one and that is up; where it must be there, whatever is up.
void Supervisor::choose_place() {
  const engine::ContainerConfig& config = container_.config;
  if (config.isolation == engine::Isolation::vm || unanswered_) return;
  const memres::InstanceStore instances(request_.run_root);
  const auto instance = instances.load(config.instance);
  const bool is_up = instance && instance->ready && instances.is_alive(config.instance);
  const bool fits = is_up && (!config.memory_limited || config.memory <= instance->config.memory);
  if (!fits && config.isolation == engine::Isolation::automatic) return;
  container_.config.placement = {
      .kind = engine::InstanceKind::memres, .domain = {}, .slot = 0, .instance = config.instance};
}

void Supervisor::make_place() {
  place_ = place_of({.records = records_,
                     .store = *host_.store,
                     .hypervisor = *host_.hypervisor,
                     .toolstack = *toolstack_,
                     .data_root = request_.data_root,
                     .run_root = request_.run_root,
                     .balloon_dom0 = request_.balloon_dom0},
                    container_);
}

void Supervisor::build() {
  try {
    return build_place();
  } catch (const base::Error& error) {
    const bool may_be_alone = container_.config.isolation == engine::Isolation::automatic;
    if (!place_->is_shared() || !may_be_alone || error.kind() != base::ErrorKind::unavailable)
      throw;
    base::log_debug("{}; a domain of its own instead", error.message());
  }
  leave_place();
  make_place();
  build_place();
}

void Supervisor::build_place() {
  if (place_->is_shared()) return place_->build();
  const base::FileLock turn =
      take_turn({.run_root = request_.run_root,
                 .places = std::max(1u, std::thread::hardware_concurrency()),
                 .deadline = base::Deadline::after(turn_limit),
                 .check = [this] { throw_if_cancelled(); }});
  place_->build();
}

void Supervisor::start_took_too_long() {
  if (!place_->is_shared())
    throw base::Error(base::ErrorKind::unavailable,
                      fmt::format("the guest did not start within {} s{}",
                                  start_limit.count() / 1000, last_words(console_)));
  const engine::ContainerConfig& config = container_.config;
  unanswered_ = place_lost_ = !guest_ready_ && config.isolation == engine::Isolation::automatic;
  const std::string trouble = place_->disk_trouble();
  throw base::Error(base::ErrorKind::unavailable,
                    fmt::format("the memres \"{}\" did not start the container within {} s{}{}",
                                config.placement.instance, slot_limit.count() / 1000,
                                trouble.empty() ? "" : ": ", trouble));
}

}  // namespace monitor
