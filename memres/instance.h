// An instance: a domain with our agent that stays, and has room for several containers. What is
// recorded of it lies in RUN/memres/NAME (docs/state.md); nothing of it outlives the host's boot.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/lock.h"
#include "base/random.h"
#include "guest-init/protocol/wishes.h"

namespace memres {

inline constexpr unsigned most_slots = protocol::most_slots;

struct InstanceConfig {
  std::string name;
  std::uint64_t memory = 0;  // bytes of the domain
  unsigned vcpus = 1;
  unsigned slots = 0;            // containers at once, at most
  std::chrono::seconds idle{0};  // without a container until it ends by itself; 0: never
  std::string guest_type;        // "pv", "pvh", "" what the host does best
  std::string kernel;            // directory of the guest kernel, absolute
  std::string kernel_arguments;
};

struct Instance {
  InstanceConfig config;
  base::Uuid domain;
  base::WallTime started{};
  bool ready = false;  // its guest offers slots
  // How long it took to make the domain, and from then until it was ready.
  base::Milliseconds made_in{0};
  base::Milliseconds booted_in{0};

  std::string domain_name() const { return "vxn-memres-" + config.name; }
};

// Letters, digits, "_", "." and "-", not first, at most 64.
bool valid_instance_name(std::string_view name);

// The records. Whoever makes, watches or removes an instance holds its lock: its reaper.
class InstanceStore {
 public:
  explicit InstanceStore(std::string run_root) : root_(std::move(run_root) + "/memres") {}

  std::vector<std::string> names() const;
  // Throws corrupt for a record that cannot be read.
  std::optional<Instance> load(const std::string& name) const;
  void save(const Instance& instance) const;
  // The last step, by who holds the lock.
  void remove(const std::string& name) const;

  std::optional<base::FileLock> try_lock(const std::string& name) const;
  // Somebody watches over it.
  bool is_alive(const std::string& name) const;
  // Until nobody does. False at the deadline; throws interrupted.
  bool wait_gone(const std::string& name, const base::Deadline& deadline) const;

  std::string directory(std::string_view name) const;
  std::string control_path(std::string_view name) const;
  std::string console_log(std::string_view name) const;

 private:
  std::string lock_path(std::string_view name) const;
  std::string root_;
};

}  // namespace memres
