// Why something could not be done, as the line that the host shows; and the guest's own log.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "guest-init/protocol/messages.h"

namespace guest_init {

using protocol::Failure;
using protocol::FailureStage;

// Both fill `failure` and return false, so that a step ends with `return fail(…)`.
// "WHAT: no such file or directory", from errno.
bool fail(Failure& failure, FailureStage stage, const std::string& what);
// The text as it is.
bool fail_with(Failure& failure, FailureStage stage, std::string text, int error_number = 0);

// strerror(3) as others write it in the middle of a line: "no such file or directory".
std::string error_text(int error_number);

// Writes a line to the kernel's log and with it to the console; to stderr where there is no
// /dev/kmsg.
void report(protocol::LogLevel level, std::string_view line);

std::uint64_t boot_time_ns();  // CLOCK_BOOTTIME
// For poll(2): until that clock shows `then`, rounded up.
int milliseconds_until(std::uint64_t then);
std::uint64_t real_time_ns();  // since the epoch

}  // namespace guest_init
