#include "engine/container.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/random.h"

namespace engine {
namespace {

// As docker and podman do: an adjective and somebody whom the field owes something.
constexpr std::string_view adjectives[] = {
    "able",   "brave",   "bright", "calm",  "clever", "cosy",   "curious", "eager",
    "fair",   "fond",    "gentle", "glad",  "happy",  "honest", "humble",  "keen",
    "kind",   "light",   "lively", "loyal", "lucid",  "merry",  "modest",  "neat",
    "nimble", "patient", "quick",  "quiet", "serene", "sharp",  "sturdy",  "vivid",
};
constexpr std::string_view surnames[] = {
    "allen",   "babbage", "borg",     "codd",     "curie",    "dijkstra", "engelbart", "euler",
    "floyd",   "gauss",   "goldberg", "hamilton", "hopper",   "johnson",  "kay",       "kernighan",
    "knuth",   "lamarr",  "lamport",  "liskov",   "lovelace", "mcilroy",  "naur",      "noether",
    "perlman", "ritchie", "shannon",  "tarjan",   "thompson", "torvalds", "turing",    "wirth",
};

struct ReasonName {
  EndReason reason;
  std::string_view name;
};
constexpr ReasonName reason_names[] = {
    {EndReason::exited, "exited"},
    {EndReason::signalled, "signalled"},
    {EndReason::out_of_memory, "out-of-memory"},
    {EndReason::guest_panic, "guest-panic"},
    {EndReason::destroyed, "destroyed"},
    {EndReason::host_failure, "host-failure"},
    {EndReason::failed, "failed"},
};

constexpr std::pair<Isolation, std::string_view> isolation_names[] = {
    {Isolation::automatic, "auto"}, {Isolation::vm, "vm"}, {Isolation::memres, "memres"}};

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace

std::string_view to_string(Isolation isolation) {
  for (const auto& [value, name] : isolation_names)
    if (value == isolation) return name;
  return "vm";
}

std::optional<Isolation> parse_isolation(std::string_view word) {
  for (const auto& [value, name] : isolation_names)
    if (name == word) return value;
  return std::nullopt;
}

std::string_view to_string(EndReason reason) {
  for (const ReasonName& entry : reason_names)
    if (entry.reason == reason) return entry.name;
  return "failed";
}

EndReason parse_end_reason(std::string_view name) {
  for (const ReasonName& entry : reason_names)
    if (entry.name == name) return entry.reason;
  return EndReason::failed;
}

bool is_paused(const State& state) {
  const auto* running = std::get_if<Running>(&state);
  return running != nullptr && running->paused;
}

bool is_restarting(const State& state) {
  const auto* exited = std::get_if<Exited>(&state);
  return exited != nullptr && !exited->restarting_in.empty();
}

bool is_alive(const State& state) {
  return std::holds_alternative<Running>(state) || is_restarting(state);
}

bool is_over(const State& state) {
  return std::holds_alternative<Exited>(state) && !is_restarting(state);
}

std::uint64_t missed_wakeups(const State& state) {
  if (const auto* running = std::get_if<Running>(&state)) return running->missed_wakeups;
  const auto* exited = std::get_if<Exited>(&state);
  return exited != nullptr ? exited->missed_wakeups : 0;
}

unsigned restart_count(const State& state) {
  if (const auto* starting = std::get_if<Starting>(&state)) return starting->restarts;
  if (const auto* running = std::get_if<Running>(&state)) return running->restarts;
  const auto* exited = std::get_if<Exited>(&state);
  return exited != nullptr ? exited->restarts : 0;
}

std::string_view state_name(const State& state) {
  if (is_paused(state)) return "paused";
  if (is_restarting(state)) return "restarting";
  if (std::holds_alternative<Running>(state)) return "running";
  return std::holds_alternative<Exited>(state) ? "exited" : "created";
}

Isolation isolation_of(const Container& container) {
  if (container.config.placement.kind == InstanceKind::memres) return Isolation::memres;
  return std::holds_alternative<Running>(container.state) ? Isolation::vm
                                                          : container.config.isolation;
}

std::string random_name() {
  std::array<std::byte, 2> draw{};
  base::fill_random(draw.data(), draw.size());
  return fmt::format("{}_{}",
                     adjectives[std::to_integer<std::size_t>(draw[0]) % std::size(adjectives)],
                     surnames[std::to_integer<std::size_t>(draw[1]) % std::size(surnames)]);
}

bool valid_name(std::string_view name) {
  return name.size() >= 2 && name.size() <= 200 && is_alphanumeric(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return is_alphanumeric(c) || c == '_' || c == '.' || c == '-'; });
}

}  // namespace engine
