#include "base/subprocess.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cassert>
#include <cerrno>
#include <csignal>

#include "base/error.h"

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

}  // namespace

UniqueFd open_pidfd(pid_t pid) {
  // Not pidfd_open(): glibc 2.36 declares it without C linkage.
  UniqueFd fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!fd) throw_errno("waiting for a child");
  return fd;
}

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

}  // namespace base
