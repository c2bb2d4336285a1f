// What is asked of memres, and what is told of them (engine/engine.h).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "guest-init/protocol/frame.h"
#include "memres/budget.h"
#include "memres/instance.h"

namespace engine {

// What is absent is as the settings say.
struct InstanceRequest {
  std::string name;                     // "": the default one
  std::optional<std::uint64_t> memory;  // bytes
  std::optional<unsigned> vcpus;
  std::optional<unsigned> slots;
  std::optional<std::chrono::seconds> idle;  // 0: it never ends by itself
  std::string kernel;
  std::string guest_type;
};

// Of docs/guest-protocol.md, ours.
inline constexpr unsigned lowest_guest_protocol = protocol::lowest_version;
inline constexpr unsigned highest_guest_protocol = protocol::highest_version;

// What its guest says of itself.
struct InstanceUse {
  unsigned containers = 0;
  std::uint64_t memory_total = 0;      // bytes
  std::uint64_t memory_available = 0;  // bytes
  std::chrono::seconds up{0};
  std::optional<std::chrono::seconds> idle_left;
  unsigned lowest_version = 0, highest_version = 0;  // of the protocol
  struct Step {
    std::string name;
    std::chrono::nanoseconds end{0};  // since its kernel began
  };
  std::vector<Step> steps;  // of its boot
};

struct InstanceInfo {
  memres::Instance instance;
  std::vector<std::string> containers;  // names of those in it
  unsigned used_slots = 0;              // with those in quarantine
  unsigned quarantined = 0;             // slots that the guest did not let go of
  std::optional<memres::Room> room;     // for how many more, with `use`
  std::optional<InstanceUse> use;       // absent where it was not asked, or does not answer
};

}  // namespace engine
