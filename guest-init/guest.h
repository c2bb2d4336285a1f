// What is true of this guest as a whole, found out once at boot and lent to everything else.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "guest-init/disks.h"
#include "guest-init/failure.h"
#include "guest-init/fd.h"
#include "guest-init/layer_mounts.h"

namespace guest_init {

struct Guest {
  std::uint64_t exec_ns = 0;   // CLOCK_BOOTTIME when PID 1 began
  std::uint64_t hello_ns = 0;  // and when it first offered a vchan
  std::uint64_t epoch = 0;     // drawn at boot
  Disks disks;
  LayerMounts layers;
  std::string cgroups = "/sys/fs/cgroup";
  Fd uevents;                             // netlink, non-blocking
  Fd own_binary;                          // for our init inside a container
  Fd own_pid_namespace;                   // to come back to
  void (*power_off)() = nullptr;          // does not return
  std::vector<protocol::Timing> timings;  // the end of each step
  // Where several containers may be at once: how many slots that nobody uses are offered, and after
  // how long without a container it ends (0: never).
  unsigned spare_slots = 0;
  std::uint64_t idle_limit_ns = 0;
  std::uint64_t idle_since_ns = 0;
  bool shared = false;
  bool loading = false;  // modules that containers need are not all there yet
  std::uint32_t slots = 1;
  std::uint32_t containers = 0;  // slots with one
  std::string fault;  // what went wrong at boot once hosts could connect: every container fails so

  protocol::GuestInfo info() const;
};

inline void step_done(std::vector<protocol::Timing>& timings, const char* name) {
  timings.push_back({.name = name, .ns = boot_time_ns()});
}

}  // namespace guest_init
