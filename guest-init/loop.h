// The one loop of PID 1: slots, children and devices, in a single thread that sleeps in poll(2) and
// is woken by events only. Ends with the power. A guest with one slot ends with what that holds; in
// one with several they come and go, and it ends when it is told to, or has been idle for long.
#pragma once

#include <span>

#include "guest-init/agent.h"
#include "guest-init/modules.h"

namespace guest_init {

class Loop {
 public:
  // All signals must be blocked. The modules may still be loading.
  Loop(Guest& guest, Modules& modules, std::span<Agent> agents);
  bool prepare(Failure& failure);
  [[noreturn]] void run();

 private:
  void wait();
  void take_signals();
  void reap();
  void reaped_modules(pid_t pid, int status);
  bool devices_changed();
  void count_containers();
  void offer_spares();
  void renew_ended();
  void end_if_wanted();
  void end_if_idle();
  int timeout_ms() const;

  Guest& guest_;
  Modules& modules_;
  std::span<Agent> agents_;
  Fd signals_;
  PollSet set_;
  bool ending_ = false;
};

}  // namespace guest_init
