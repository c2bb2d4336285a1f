// The one loop of PID 1: slots, children and devices, in a single thread that sleeps in poll(2) and
// is woken by events only. Ends with the power.
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
  void end_if_wanted();
  void unmount_all();
  int timeout_ms() const;

  enum class Ending { no, killing, flushing };

  Guest& guest_;
  Modules& modules_;
  std::span<Agent> agents_;
  Fd signals_;
  PollSet set_;
  Ending ending_ = Ending::no;
  bool shutdown_wanted_ = false;
  std::uint64_t patience_ns_ = 0;  // until the next step of the end is taken in any case
};

}  // namespace guest_init
