#include "guest-init/failure.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <limits>

#include "guest-init/fd.h"

namespace guest_init {
namespace {

std::uint64_t clock_ns(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(now.tv_nsec);
}

constexpr char kernel_levels[] = {'3', '4', '7'};  // KERN_ERR, KERN_WARNING, KERN_DEBUG

}  // namespace

bool fail(Failure& failure, FailureStage stage, const std::string& what) {
  const int error_number = errno;
  return fail_with(failure, stage, what + ": " + error_text(error_number), error_number);
}

bool fail_with(Failure& failure, FailureStage stage, std::string text, int error_number) {
  failure = {.stage = stage, .error_number = error_number, .text = std::move(text)};
  return false;
}

std::string error_text(int error_number) {
  std::string text = strerror(error_number);
  if (!text.empty()) text[0] = static_cast<char>(tolower(static_cast<unsigned char>(text[0])));
  return text;
}

void report(protocol::LogLevel level, std::string_view line) {
  std::string text = "<";
  text += kernel_levels[static_cast<std::size_t>(level)];
  text += ">vxn: ";
  text += line;
  text += '\n';
  const Fd log = open_path("/dev/kmsg", O_WRONLY | O_APPEND | O_NOCTTY);
  const std::string_view out = log ? std::string_view(text) : std::string_view(text).substr(3);
  if (write(log ? log.get() : STDERR_FILENO, out.data(), out.size()) < 0) return;  // nowhere else
}

std::uint64_t boot_time_ns() { return clock_ns(CLOCK_BOOTTIME); }
int milliseconds_until(std::uint64_t then) {
  const std::uint64_t now = boot_time_ns();
  if (now >= then) return 0;
  constexpr std::uint64_t longest = std::numeric_limits<int>::max();
  return static_cast<int>(std::min((then - now) / 1'000'000 + 1, longest));
}

std::uint64_t real_time_ns() { return clock_ns(CLOCK_REALTIME); }

}  // namespace guest_init
