// Signals as events: taken from a descriptor in a poll loop, never in a handler.
#pragma once

#include <csignal>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "base/fd.h"

namespace base {

// Blocks the given signals for the life of the object and offers them on a descriptor.
class SignalSource {
 public:
  SignalSource(std::initializer_list<int> signals);
  SignalSource(const SignalSource&) = delete;
  SignalSource& operator=(const SignalSource&) = delete;
  ~SignalSource();

  int fd() const { return fd_.get(); }  // readable when one is pending
  std::optional<int> next();            // nullopt where none is pending

 private:
  sigset_t before_;
  UniqueFd fd_;
};

// While it lives, SIGINT, SIGTERM and SIGHUP set a flag instead of ending the process; long steps
// look at it by interrupted() or throw_if_interrupted(). One at a time.
class InterruptGuard {
 public:
  InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
  ~InterruptGuard();
};
// While it lives, this thread is told of no interrupt: clean-up must run to its end and may use
// what throws at an interrupt otherwise.
class InterruptShield {
 public:
  InterruptShield();
  InterruptShield(const InterruptShield&) = delete;
  InterruptShield& operator=(const InterruptShield&) = delete;
  ~InterruptShield();
};
bool interrupted();             // false without a guard, and under a shield
int interrupt_signal();         // the last one, also after its guard; 0 where none was
bool interrupts_are_watched();  // there is a guard
void throw_if_interrupted();
// For who reads signals by a SignalSource and gives up because of one: the exit code is its.
void note_interrupt(int signal);

// "TERM", "SIGTERM", "15" in any case; nullopt for what is no signal. As docker and podman read it.
std::optional<int> parse_signal(std::string_view text);
// "SIGTERM"; the number where it has no name.
std::string signal_name(int signal);

}  // namespace base
