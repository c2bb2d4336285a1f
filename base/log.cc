#include "base/log.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <string>

#include "base/text.h"

namespace base {
namespace {

constinit std::atomic<LogLevel> threshold{LogLevel::warning};
constinit std::array<char, 32> prefix{};  // NUL-terminated
constinit std::atomic<std::int64_t> started{0};

std::int64_t now_microseconds() {
  auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

double seconds_since_start() {
  std::int64_t unset = 0;
  const std::int64_t now = now_microseconds();
  started.compare_exchange_strong(unset, now);
  return static_cast<double>(now - started.load()) / 1e6;
}

}  // namespace

void set_log_level(LogLevel level) {
  seconds_since_start();
  threshold = level;
}

LogLevel log_level() { return threshold; }

void set_log_prefix(std::string_view name) {
  prefix.fill('\0');
  name.substr(0, prefix.size() - 1).copy(prefix.data(), prefix.size() - 1);
}

void log_line(LogLevel level, std::string_view text) {
  if (level > threshold.load()) return;
  constexpr std::size_t longest = 4096;
  std::string line;
  if (prefix[0] != '\0') line = fmt::format("{}: ", prefix.data());
  if (level == LogLevel::debug) line += fmt::format("[{:9.4f}] ", seconds_since_start());
  if (level == LogLevel::warning) line += "warning: ";
  line += printable(text, longest);
  line += '\n';
  // One call, so that lines of several processes stay whole. Who cannot hear it cannot be told.
  [[maybe_unused]] ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace base
