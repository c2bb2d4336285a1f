// The ways in which a guest ends.
#pragma once

#include <string_view>

namespace guest_init {

// The disks must be at rest.
[[noreturn]] void power_off();
// Before any host can be told: says why on the console and in the kernel's log, and lets the kernel
// panic, which Xen reports as a crash.
[[noreturn]] void crash(std::string_view line);

// The kernel runs this binary so when the toolstack asks for a shutdown (xenbus control/shutdown):
// it asks PID 1 to end in order.
constexpr const char* power_off_argument = "poweroff";
void register_power_off_command();
int request_power_off();

}  // namespace guest_init
