#include "base/clock.h"

#include <fmt/core.h>

#include <algorithm>
#include <climits>
#include <utility>

#include "base/text.h"

namespace base {
namespace {

using Steady = std::chrono::steady_clock;
// Further away than this nobody can tell from never, and sums stay far from overflow.
constexpr std::chrono::hours far_away{24 * 365 * 100};

// A fixed-width run of digits; nullopt where another character stands there.
std::optional<int> digits_at(std::string_view text, std::size_t from, std::size_t count) {
  if (from + count > text.size()) return std::nullopt;
  int value = 0;
  for (char c : text.substr(from, count)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

// Takes ".123456789" off the front: nanoseconds, further digits are dropped.
std::optional<std::chrono::nanoseconds> take_fraction(std::string_view& text) {
  if (!text.starts_with('.')) return std::chrono::nanoseconds{0};
  text.remove_prefix(1);
  std::int64_t value = 0;
  std::int64_t unit = 1'000'000'000;
  std::size_t used = 0;
  while (used < text.size() && text[used] >= '0' && text[used] <= '9') {
    unit /= 10;
    value += unit * (text[used++] - '0');
  }
  if (used == 0) return std::nullopt;
  text.remove_prefix(used);
  return std::chrono::nanoseconds{value};
}

// "Z", "+02:00", "-05:30".
std::optional<std::chrono::minutes> parse_offset(std::string_view text) {
  if (text == "Z" || text == "z") return std::chrono::minutes{0};
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  auto hours = digits_at(text, 1, 2);
  auto minutes = digits_at(text, 4, 2);
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  std::chrono::minutes offset{*hours * 60 + *minutes};
  return text[0] == '-' ? -offset : offset;
}

}  // namespace

Deadline Deadline::after(Milliseconds duration) {
  Deadline deadline;
  if (duration < far_away) deadline.at_ = Steady::now() + duration;
  return deadline;
}

Deadline Deadline::never() { return {}; }

bool Deadline::expired() const { return at_ && Steady::now() >= *at_; }

Milliseconds Deadline::remaining() const {
  if (!at_) return Milliseconds::max();
  return std::max(std::chrono::ceil<Milliseconds>(*at_ - Steady::now()), Milliseconds{0});
}

int Deadline::poll_timeout() const {
  if (!at_) return -1;
  return static_cast<int>(std::min<std::int64_t>(remaining().count(), INT_MAX));
}

Deadline Deadline::sooner(Milliseconds duration) const {
  Deadline other = after(duration);
  if (!other.at_ || (at_ && *at_ < *other.at_)) return *this;
  return other;
}

Stopwatch::Stopwatch() : start_(Steady::now()), lap_(start_) {}

std::chrono::microseconds Stopwatch::elapsed() const {
  return std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - start_);
}

double Stopwatch::milliseconds() const { return static_cast<double>(elapsed().count()) / 1000; }

std::chrono::microseconds Stopwatch::lap() {
  auto now = Steady::now();
  return std::chrono::duration_cast<std::chrono::microseconds>(now - std::exchange(lap_, now));
}

WallTime wall_now() { return std::chrono::system_clock::now(); }

std::string format_time(WallTime time) {
  auto day = std::chrono::floor<std::chrono::days>(time);
  std::chrono::year_month_day date{day};
  std::chrono::hh_mm_ss clock{std::chrono::duration_cast<std::chrono::nanoseconds>(time - day)};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

std::optional<WallTime> parse_time(std::string_view text) {
  constexpr std::string_view shape = "dddd-dd-ddTdd:dd:dd";
  if (text.size() <= shape.size()) return std::nullopt;
  for (std::size_t i = 0; i < shape.size(); ++i)
    if (shape[i] != 'd' && text[i] != shape[i] && !(shape[i] == 'T' && text[i] == 't'))
      return std::nullopt;
  auto year = digits_at(text, 0, 4), month = digits_at(text, 5, 2), day = digits_at(text, 8, 2);
  auto hour = digits_at(text, 11, 2), minute = digits_at(text, 14, 2),
       second = digits_at(text, 17, 2);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  // The years that 64 bits of nanoseconds around 1970 hold.
  if (*year < 1678 || *year > 2261 || *hour > 23 || *minute > 59 || *second > 59)
    return std::nullopt;
  std::chrono::year_month_day date{std::chrono::year{*year},
                                   std::chrono::month{static_cast<unsigned>(*month)},
                                   std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  std::string_view rest = text.substr(shape.size());
  auto fraction = take_fraction(rest);
  auto offset = parse_offset(rest);
  if (!fraction || !offset) return std::nullopt;
  return std::chrono::sys_days{date} + std::chrono::hours{*hour} + std::chrono::minutes{*minute} +
         std::chrono::seconds{*second} + *fraction - *offset;
}

std::string human_duration(std::chrono::seconds duration) {
  // github.com/docker/go-units, duration.go: minutes are cut, hours are rounded.
  const std::int64_t seconds = duration.count();
  const std::int64_t minutes = seconds / 60;
  const std::int64_t hours = (seconds + 1800) / 3600;
  constexpr std::int64_t day = 24;
  if (seconds < 1) return "Less than a second";
  if (seconds == 1) return "1 second";
  if (seconds < 60) return fmt::format("{} seconds", seconds);
  if (minutes == 1) return "About a minute";
  if (minutes < 60) return fmt::format("{} minutes", minutes);
  if (hours == 1) return "About an hour";
  if (hours < 48) return fmt::format("{} hours", hours);
  if (hours < day * 7 * 2) return fmt::format("{} days", hours / day);
  if (hours < day * 30 * 2) return fmt::format("{} weeks", hours / day / 7);
  if (hours < day * 365 * 2) return fmt::format("{} months", hours / day / 30);
  return fmt::format("{} years", seconds / 3600 / day / 365);
}

}  // namespace base
