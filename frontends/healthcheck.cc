#include "frontends/healthcheck.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "base/error.h"
#include "base/text.h"
#include "cli/wording.h"
#include "frontends/changes.h"
#include "frontends/dockerfile_words.h"

namespace frontends {
namespace {

constexpr std::int64_t shortest_interval = 1'000'000;

[[noreturn]] void refuse(const std::string& why) { throw base::Error(base::ErrorKind::usage, why); }

struct Unit {
  std::string_view name;
  double nanoseconds;
};
// The longer name first.
constexpr Unit units[] = {{"ns", 1},   {"us", 1e3}, {"µs", 1e3}, {"μs", 1e3},
                          {"ms", 1e6}, {"s", 1e9},  {"m", 6e10}, {"h", 3.6e12}};

const Unit* unit_at(std::string_view text) {
  const auto* found =
      std::ranges::find_if(units, [&](const Unit& unit) { return text.starts_with(unit.name); });
  return found == std::end(units) ? nullptr : found;
}

// The decimal number at the beginning; nullopt where there is none.
std::optional<double> take_number(std::string_view& text) {
  const std::size_t end = std::min(text.find_first_not_of("0123456789."), text.size());
  const std::string digits(text.substr(0, end));
  if (digits.find_first_of("0123456789") == std::string::npos ||
      std::ranges::count(digits, '.') > 1)
    return std::nullopt;
  text.remove_prefix(end);
  return std::stod(digits);
}

struct IntervalFlag {
  std::string_view name;
  std::int64_t image::Healthcheck::*target;
};
constexpr IntervalFlag interval_flags[] = {
    {"interval", &image::Healthcheck::interval},
    {"timeout", &image::Healthcheck::timeout},
    {"start-period", &image::Healthcheck::start_period},
};

void set_retries(image::Healthcheck& check, const std::string& value) {
  const auto retries = base::parse_number<std::int32_t>(value);
  if (!retries)
    refuse("strconv.ParseInt: parsing \"" + base::printable(value) + "\": invalid syntax");
  if (*retries < 1) refuse("--retries must be at least 1 (not " + std::to_string(*retries) + ")");
  check.retries = *retries;
}

void set_interval(image::Healthcheck& check, const IntervalFlag& flag, const std::string& value) {
  const std::int64_t duration = parse_duration(value);
  if (duration != 0 && duration < shortest_interval)
    refuse("Interval \"" + std::string(flag.name) + "\" cannot be less than 1ms");
  check.*flag.target = duration;
}

void set_flag(image::Healthcheck& check, const std::string& flag) {
  const std::size_t equals = flag.find('=');
  const std::string name = flag.substr(2, equals - 2);
  const auto* interval = std::ranges::find_if(
      interval_flags, [&](const IntervalFlag& known) { return known.name == name; });
  if (interval == std::end(interval_flags) && name != "retries")
    refuse("Unknown flag: " + base::printable(name));
  if (equals == std::string::npos) refuse("Missing a value on flag: " + name);
  const std::string value = flag.substr(equals + 1);
  if (name == "retries") return set_retries(check, value);
  set_interval(check, *interval, value);
}

}  // namespace

std::int64_t parse_duration(std::string_view text) {
  const std::string shown = cli::go_quoted(text);
  std::string_view rest = text;
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);
  if (rest == "0") return 0;
  double total = 0;
  if (rest.empty()) refuse("time: invalid duration " + shown);
  while (!rest.empty()) {
    const auto number = take_number(rest);
    if (!number) refuse("time: invalid duration " + shown);
    if (rest.empty()) refuse("time: missing unit in duration " + shown);
    const Unit* unit = unit_at(rest);
    if (unit == nullptr)
      refuse("time: unknown unit " +
             cli::go_quoted(rest.substr(0, rest.find_first_of(".0123456789"))) + " in duration " +
             shown);
    rest.remove_prefix(unit->name.size());
    total += *number * unit->nanoseconds;
  }
  if (total > 9.2e18) refuse("time: invalid duration " + shown);
  return static_cast<std::int64_t>(negative ? -total : total);
}

image::Healthcheck parse_healthcheck(std::string_view text, const std::vector<std::string>& flags) {
  const std::size_t end = std::min(text.find_first_of(" \t\v\f\r"), text.size());
  const std::string type = base::lower(text.substr(0, end));
  const std::string_view rest = base::trim(text.substr(end));
  if (type.empty()) refuse("HEALTHCHECK requires at least one argument");
  if (type == "none") {
    if (!rest.empty()) refuse("HEALTHCHECK NONE takes no arguments");
    return {.test = {"NONE"}};
  }
  image::Healthcheck check;
  for (const std::string& flag : flags) set_flag(check, flag);
  if (type != "cmd")
    refuse("Unknown type \"" + base::printable(upper(type)) + "\" in HEALTHCHECK (try CMD)");
  const auto words = json_words(rest);
  if (words ? words->empty() : rest.empty()) refuse("Missing command after HEALTHCHECK CMD");
  check.test = {words ? "CMD" : "CMD-SHELL"};
  if (words)
    check.test.insert(check.test.end(), words->begin(), words->end());
  else
    check.test.emplace_back(rest);
  return check;
}

}  // namespace frontends
