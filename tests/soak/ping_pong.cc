// ping_pong COUNT COMMAND…: gives COMMAND a byte on its standard input and waits until it comes
// back on its standard output, COUNT times; prints how long that took as JSON, in milliseconds. For
// a command that copies what it gets.
#include <fmt/core.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/subprocess.h"
#include "base/text.h"

namespace {

constexpr base::Milliseconds patience{60'000};

struct Peer {
  base::UniqueFd to, from;
  base::Child child;
};

Peer start(std::vector<std::string> command) {
  base::Pair input = base::make_pipe();
  base::Pair output = base::make_pipe();
  base::Child child = base::spawn({.argv = std::move(command),
                                   .fds = {{input.first.get(), STDIN_FILENO},
                                           {output.second.get(), STDOUT_FILENO},
                                           {STDERR_FILENO, STDERR_FILENO}},
                                   .env = std::nullopt});
  return {std::move(input.second), std::move(output.first), std::move(child)};
}

// Milliseconds until the byte is back.
double ping(const Peer& peer, std::byte byte) {
  const base::Stopwatch watch;
  base::write_all(peer.to.get(), std::span(&byte, 1));
  if (!base::wait_readable(peer.from.get(), base::Deadline::after(patience)))
    throw base::Error(base::ErrorKind::unavailable, "the byte does not come back");
  std::byte back{};
  if (!base::read_exactly(peer.from.get(), std::span(&back, 1)))
    throw base::Error("the command has ended");
  if (back != byte) throw base::Error(base::ErrorKind::corrupt, "another byte came back");
  return watch.milliseconds();
}

int run(std::uint32_t count, std::vector<std::string> command) {
  Peer peer = start(std::move(command));
  ping(peer, std::byte{0});  // until everything is up
  std::vector<double> times;
  for (std::uint32_t i = 0; i < count; ++i)
    times.push_back(ping(peer, static_cast<std::byte>(i & 0xff)));
  std::sort(times.begin(), times.end());
  const auto at = [&](double part) {
    return times[static_cast<std::size_t>(part * static_cast<double>(times.size() - 1))];
  };
  fmt::print(
      "{{\"pings\": {}, \"median_ms\": {:.3f}, \"p99_ms\": {:.3f}, \"p999_ms\": {:.3f}, "
      "\"longest_ms\": {:.3f}}}\n",
      count, at(0.5), at(0.99), at(0.999), times.back());
  peer.to.reset();
  return peer.child.wait(base::Deadline::after(patience))
      .value_or(base::ExitStatus{.code = 1})
      .code;
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint32_t count = argc > 2 ? base::parse_number<std::uint32_t>(argv[1]).value_or(0) : 0;
  if (count == 0) {
    fmt::print(stderr, "usage: ping_pong COUNT COMMAND…\n");
    return 2;
  }
  static_cast<void>(signal(SIGPIPE, SIG_IGN));
  try {
    return run(count, {argv + 2, argv + argc});
  } catch (const base::Error& error) {
    fmt::print(stderr, "ping_pong: {}\n", error.message());
    return 1;
  }
}
