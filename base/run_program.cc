#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/subprocess.h"
#include "base/text.h"

namespace base {
namespace {

constexpr std::size_t most_output = 1u << 20;

// Appends what can be read now, dropping what exceeds the limit; closes at end of file. At most
// what a pipe can hold, so that an endless writer does not keep us from looking at the clock.
void drain(UniqueFd& fd, std::string& text) {
  std::array<std::byte, 16384> buffer;
  constexpr int rounds = most_output / sizeof buffer;
  for (int round = 0; fd && round < rounds; ++round) {
    const auto count = read_some(fd.get(), buffer);
    if (!count) return;
    if (*count == 0) return fd.reset();
    text.append(reinterpret_cast<const char*>(buffer.data()),
                std::min(*count, most_output - text.size()));
  }
}

std::string told(const std::vector<std::string>& argv) {
  return argv.size() > 1 ? argv[0] + " " + printable(argv[1]) : argv[0];
}

std::string ending(const ExitStatus& status) {
  if (status.signal != 0) return "ended by signal " + std::to_string(status.signal);
  return "exit status " + std::to_string(status.code);
}

}  // namespace

Output run_program(const std::vector<std::string>& argv, const Deadline& deadline) {
  Pair out = make_pipe();
  Pair err = make_pipe();
  Child child =
      spawn({.argv = argv,
             .fds = {{out.second.get(), STDOUT_FILENO}, {err.second.get(), STDERR_FILENO}}});
  out.second.reset();
  err.second.reset();
  set_nonblocking(out.first.get(), true);
  set_nonblocking(err.first.get(), true);
  const UniqueFd ended = open_pidfd(child.pid());
  Output output;
  // The end is the child's, not that of the pipes: what it left running may hold them open.
  for (bool running = true; running;) {
    std::array watched = {pollfd{ended.get(), POLLIN, 0}, pollfd{out.first.get(), POLLIN, 0},
                          pollfd{err.first.get(), POLLIN, 0}};
    // Asked apart: an endless writer is always ready.
    const bool late = deadline.expired();
    if (!poll_until(watched, deadline) || (late && watched[0].revents == 0))
      throw Error(ErrorKind::unavailable, told(argv) + ": did not end in time");
    running = watched[0].revents == 0;
    drain(out.first, output.out);
    drain(err.first, output.err);
  }
  output.status = *child.wait(Deadline::never());
  return output;
}

std::string run_checked(const std::vector<std::string>& argv, const Deadline& deadline) {
  Output output = run_program(argv, deadline);
  if (output.status.ok()) return std::move(output.out);
  const std::vector<std::string> lines = split(trim(output.err), '\n');
  const std::string_view last = trim(lines.back());
  throw Error(told(argv) + ": " + (last.empty() ? ending(output.status) : printable(last)));
}

}  // namespace base
