#include "base/subprocess.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cassert>
#include <cerrno>
#include <csignal>

#include "base/error.h"
#include "base/text.h"

namespace base {
namespace {

constinit std::atomic<unsigned> spawned{0};

// glibc's posix_spawn shares the address space until exec, as vfork does: its cost does not grow
// with ours. These two own its argument objects; what they call fails for want of memory alone.
class FileActions {
 public:
  FileActions() { posix_spawn_file_actions_init(&actions_); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }
  posix_spawn_file_actions_t* get() { return &actions_; }

  void put(int ours, int child) { check(posix_spawn_file_actions_adddup2(&actions_, ours, child)); }
  void put_null(int child) {
    check(posix_spawn_file_actions_addopen(&actions_, child, "/dev/null", O_RDWR, 0));
  }
  void close(int child) { check(posix_spawn_file_actions_addclose(&actions_, child)); }
  void close_from(int child) { check(posix_spawn_file_actions_addclosefrom_np(&actions_, child)); }

 private:
  static void check(int failed) {
    if (failed != 0) throw errno_error(failed, "preparing a child's descriptors");
  }
  posix_spawn_file_actions_t actions_;
};

class Attributes {
 public:
  explicit Attributes(bool new_session) {
    posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    const int flags =
        POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | (new_session ? POSIX_SPAWN_SETSID : 0);
    posix_spawnattr_setflags(&attributes_, static_cast<short>(flags));
  }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  ~Attributes() { posix_spawnattr_destroy(&attributes_); }
  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_;
};

std::vector<char*> pointers(const std::vector<std::string>& words) {
  std::vector<char*> result;
  result.reserve(words.size() + 1);
  for (const std::string& word : words) result.push_back(const_cast<char*>(word.c_str()));
  result.push_back(nullptr);
  return result;
}

// Makes exactly the requested numbers exist in the child. Ours are first copied above all of them,
// so that no number is overwritten before it was used. The copies live until the child has started.
std::vector<UniqueFd> map_descriptors(const SpawnRequest& request, FileActions& actions) {
  int highest = STDERR_FILENO;
  for (const auto& [ours, child] : request.fds) highest = std::max(highest, child);
  std::vector<bool> given(static_cast<std::size_t>(highest) + 1, false);
  std::vector<UniqueFd> copies;
  for (const auto& [ours, child] : request.fds) {
    copies.emplace_back(::fcntl(ours, F_DUPFD_CLOEXEC, highest + 1));
    if (!copies.back()) throw_errno("passing a descriptor to " + request.argv[0]);
    actions.put(copies.back().get(), child);
    given[static_cast<std::size_t>(child)] = true;
  }
  for (int child = 0; child <= highest; ++child) {
    if (given[static_cast<std::size_t>(child)]) continue;
    if (child <= STDERR_FILENO)
      actions.put_null(child);
    else
      actions.close(child);
  }
  actions.close_from(highest + 1);
  return copies;
}

// Waits with waitid(2); nullopt where it has not ended (WNOHANG in `options`).
std::optional<ExitStatus> reap(pid_t pid, int options) {
  siginfo_t info{};
  int result = -1;
  do result = ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | options);
  while (result < 0 && errno == EINTR);
  if (result < 0) throw_errno("waiting for a child");
  if (info.si_pid == 0) return std::nullopt;
  if (info.si_code == CLD_EXITED) return ExitStatus{.code = info.si_status};
  return ExitStatus{.signal = info.si_status};
}

UniqueFd open_pidfd(pid_t pid) {
  UniqueFd fd(::pidfd_open(pid, 0));
  if (!fd) throw_errno("waiting for a child");
  return fd;
}

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

Child& Child::operator=(Child&& other) noexcept {
  Child old(std::exchange(pid_, std::exchange(other.pid_, -1)));
  return *this;
}

Child::~Child() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

std::optional<ExitStatus> Child::wait(const Deadline& deadline) {
  assert(pid_ >= 0);
  auto status = reap(pid_, WNOHANG);
  if (!status) {
    if (!wait_readable(open_pidfd(pid_).get(), deadline)) return std::nullopt;
    status = reap(pid_, 0);
  }
  pid_ = -1;
  return status;
}

void Child::kill(int signal) const {
  // It is ours and not reaped, so the number is still its own.
  if (pid_ >= 0 && ::kill(pid_, signal) < 0 && errno != ESRCH) throw_errno("signalling a child");
}

Child spawn(const SpawnRequest& request) {
  assert(!request.argv.empty());
  FileActions actions;
  const Attributes attributes(request.new_session);
  const std::vector<UniqueFd> copies = map_descriptors(request, actions);
  const std::vector<char*> argv = pointers(request.argv);
  std::vector<char*> env;
  if (request.env) env = pointers(*request.env);
  pid_t pid = -1;
  if (int failed = ::posix_spawnp(&pid, argv[0], actions.get(), attributes.get(), argv.data(),
                                  request.env ? env.data() : environ))
    throw errno_error(failed, "starting " + request.argv[0]);
  ++spawned;
  return Child(pid);
}

unsigned spawn_count() { return spawned; }

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
    if (!poll_until(watched, deadline))
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
