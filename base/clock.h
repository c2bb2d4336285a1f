// Time: deadlines for everything that waits, stopwatches, and time stamps for records.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace base {

using Milliseconds = std::chrono::milliseconds;
using WallTime = std::chrono::system_clock::time_point;

// A point on the monotonic clock after which nobody waits any longer. A value; copy it down the
// call chain so that a step shares its caller's limit.
class Deadline {
 public:
  static Deadline after(Milliseconds duration);
  static Deadline never();

  bool expired() const;
  // At least zero; Milliseconds::max() for never().
  Milliseconds remaining() const;
  // For poll(2): -1 for never(), else remaining time rounded up, at most INT_MAX.
  int poll_timeout() const;
  // Whichever comes first.
  Deadline sooner(Milliseconds duration) const;

 private:
  std::optional<std::chrono::steady_clock::time_point> at_;
};

class Stopwatch {
 public:
  Stopwatch();
  std::chrono::microseconds elapsed() const;
  double milliseconds() const;  // the same, for people and for JSON
  // Elapsed since the last lap() or construction.
  std::chrono::microseconds lap();

 private:
  std::chrono::steady_clock::time_point start_;
  std::chrono::steady_clock::time_point lap_;
};

WallTime wall_now();
// RFC 3339 in UTC with nanoseconds, "2026-01-02T03:04:05.678901234Z", as docker writes it.
std::string format_time(WallTime time);
// Reads what format_time() wrote, and any RFC 3339 time with offset; nullopt for anything else.
std::optional<WallTime> parse_time(std::string_view text);
// "5 seconds", "About a minute", "3 hours", "2 weeks": docker's wording (units.HumanDuration).
std::string human_duration(std::chrono::seconds duration);

}  // namespace base
