#include "cli/moment.h"

#include <array>
#include <cmath>
#include <ctime>
#include <string>
#include <utility>

#include "base/text.h"

namespace cli {
namespace {

using Nanoseconds = std::chrono::nanoseconds;

constexpr std::array<std::pair<std::string_view, double>, 7> units = {{
    {"ns", 1},
    {"us", 1e3},
    {"µs", 1e3},
    {"ms", 1e6},
    {"s", 1e9},
    {"m", 60e9},
    {"h", 3600e9},
}};
constexpr double longest = 9.2e18;  // nanoseconds in 64 bits

// The number at the front, which is taken from it: digits with at most one point.
std::optional<double> take_number(std::string_view& text) {
  std::size_t end = 0;
  while (end < text.size() && (text[end] == '.' || (text[end] >= '0' && text[end] <= '9'))) ++end;
  const auto number = base::parse_number<double>(text.substr(0, end));
  text.remove_prefix(end);
  return number;
}

std::optional<double> take_unit(std::string_view& text) {
  std::size_t end = 0;
  while (end < text.size() && text[end] != '.' && (text[end] < '0' || text[end] > '9')) ++end;
  const std::string_view name = text.substr(0, end);
  text.remove_prefix(end);
  for (const auto& [unit, nanoseconds] : units)
    if (unit == name) return nanoseconds;
  return std::nullopt;
}

std::optional<base::WallTime> local_time(const std::string& text) {
  constexpr std::array shapes = {"%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d"};
  for (const char* shape : shapes) {
    std::tm parts{};
    const char* end = ::strptime(text.c_str(), shape, &parts);
    if (end == nullptr || *end != '\0') continue;
    parts.tm_isdst = -1;
    const std::time_t seconds = ::mktime(&parts);
    if (seconds != -1) return std::chrono::system_clock::from_time_t(seconds);
  }
  return std::nullopt;
}

}  // namespace

std::optional<Nanoseconds> parse_duration(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text == "0") return Nanoseconds(0);
  double sum = 0;
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    const auto number = take_number(text);
    const auto unit = take_unit(text);
    if (!number || !unit) return std::nullopt;
    sum += *number * *unit;
  }
  if (!(sum < longest)) return std::nullopt;
  return Nanoseconds(static_cast<std::int64_t>(negative ? -sum : sum));
}

std::optional<base::WallTime> parse_moment(std::string_view text, base::WallTime now) {
  std::string_view rest = text;
  if (const auto seconds = take_number(rest); seconds && rest.empty()) {
    if (!(*seconds * 1e9 < longest)) return std::nullopt;
    return base::WallTime(Nanoseconds(static_cast<std::int64_t>(*seconds * 1e9)));
  }
  if (const auto duration = parse_duration(text)) return now - *duration;
  if (const auto time = base::parse_time(text)) return time;
  return local_time(std::string(text));
}

}  // namespace cli
