// executions COUNT CONTAINER [SEED [COMMAND…]]: runs COUNT short processes in a running container,
// as `exec` does but without a program's start for each: of random size and exit status, some whose
// reader leaves early; or COMMAND each time, which is to be silent and end with 0. Prints JSON: how
// many there were, what came, what was wrong, and the time of each in milliseconds, from the
// request on the monitor's socket to the exit record.
#include <fmt/core.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/text.h"
#include "engine/engine.h"

namespace {

struct Plan {
  std::vector<std::string> command;  // empty: one that does what follows
  std::uint32_t out = 0;             // bytes
  std::uint32_t err = 0;
  int code = 0;
  bool leaves = false;  // the reader of standard output, before all has come
};

struct Tally {
  std::uint64_t bytes = 0;
  std::uint64_t wrong = 0;
  std::vector<double> milliseconds;
};

// Small ones most of the time, as commands are; a window's size and more now and then.
std::uint32_t some_size(std::mt19937& random) {
  constexpr std::array<std::uint32_t, 6> limits{1, 100, 100, 5'000, 70'000, 300'000};
  const std::uint32_t limit = limits[random() % limits.size()];
  return static_cast<std::uint32_t>(random() % limit);
}

Plan some_plan(std::mt19937& random) {
  Plan plan{.out = some_size(random), .err = some_size(random) / 4};
  plan.code = static_cast<int>(random() % 126);
  plan.leaves = random() % 16 == 0;
  return plan;
}

std::vector<std::string> command_of(const Plan& plan) {
  return {"sh", "-c",
          fmt::format("head -c {} /dev/zero; head -c {} /dev/zero >&2; exit {}", plan.out, plan.err,
                      plan.code)};
}

bool holds(int fd, std::uint64_t bytes) {
  struct stat status {};
  return fstat(fd, &status) == 0 && static_cast<std::uint64_t>(status.st_size) == bytes;
}

// What was wrong with it; empty where all came that should.
std::string execute(engine::Engine& engine, const std::string& container, const Plan& plan,
                    Tally& tally) {
  const base::UniqueFd out = base::memory_file("out");
  const base::UniqueFd err = base::memory_file("err");
  base::Pair left = base::make_pipe();
  left.first.reset();
  const engine::ExecRequest request{
      .command = plan.command.empty() ? command_of(plan) : plan.command, .env = {}};
  const engine::Stdio stdio{.input = -1,
                            .output = plan.leaves ? left.second.get() : out.get(),
                            .error = err.get(),
                            .detach_keys = {},
                            .proxy_signals = false};
  const engine::RunOutcome outcome = engine.exec(container, request, stdio);
  tally.milliseconds.push_back(outcome.timing.total);
  tally.bytes += plan.out + plan.err;
  if (!outcome.error.empty()) return outcome.error;
  if (outcome.code != plan.code) return fmt::format("status {}", outcome.code);
  if (!plan.leaves && !holds(out.get(), plan.out)) return "another standard output";
  return holds(err.get(), plan.err) ? "" : "another standard error";
}

// What cannot go on counts as wrong, too.
std::string try_to_execute(engine::Engine& engine, const std::string& container, const Plan& plan,
                           Tally& tally) {
  try {
    return execute(engine, container, plan, tally);
  } catch (const base::Error& error) {
    return error.message();
  }
}

void print(Tally tally) {
  std::sort(tally.milliseconds.begin(), tally.milliseconds.end());
  const auto at = [&](double part) {
    return tally.milliseconds[static_cast<std::size_t>(
        part * static_cast<double>(tally.milliseconds.size() - 1))];
  };
  fmt::print(
      "{{\"executions\": {}, \"bytes\": {}, \"wrong\": {}, \"median_ms\": {:.2f}, "
      "\"p99_ms\": {:.2f}, \"longest_ms\": {:.2f}}}\n",
      tally.milliseconds.size(), tally.bytes, tally.wrong, at(0.5), at(0.99),
      tally.milliseconds.back());
}

int run(std::uint32_t count, const std::string& container, std::uint32_t seed,
        const std::vector<std::string>& command) {
  std::mt19937 random(seed);
  engine::Engine engine(engine::load_settings("vxn", {}), {});
  Tally tally;
  for (std::uint32_t i = 0; i < count; ++i) {
    const Plan plan = command.empty() ? some_plan(random) : Plan{.command = command};
    const std::string wrong = try_to_execute(engine, container, plan, tally);
    if (wrong.empty()) continue;
    ++tally.wrong;
    fmt::print(stderr, "number {}, {} and {} bytes, exit {}{}: {}\n", i, plan.out, plan.err,
               plan.code, plan.leaves ? ", left early" : "", wrong);
  }
  print(tally);
  return tally.wrong == 0 ? 0 : 1;
}

// 0 for what is none.
std::uint32_t number(std::string_view text) {
  return base::parse_number<std::uint32_t>(text).value_or(0);
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint32_t count = argc > 2 ? number(argv[1]) : 0;
  const std::uint32_t seed = argc > 3 ? number(argv[3]) : 1;
  if (count == 0 || seed == 0) {
    fmt::print(stderr, "usage: executions COUNT CONTAINER [SEED [COMMAND…]]\n");
    return 2;
  }
  static_cast<void>(signal(SIGPIPE, SIG_IGN));
  try {
    return run(count, argv[2], seed, {argv + std::min(argc, 4), argv + argc});
  } catch (const base::Error& error) {
    fmt::print(stderr, "executions: {}\n", error.message());
    return 1;
  }
}
