// Other programs: started without a shell, waited for with a deadline, never left behind.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/fd.h"

namespace base {

struct ExitStatus {
  int code = 0;    // exit code; meaningless where signal is not 0
  int signal = 0;  // the signal that ended it, or 0
  bool ok() const { return code == 0 && signal == 0; }
};

struct SpawnRequest {
  std::vector<std::string> argv;  // argv[0] is looked up in PATH unless it has a slash
  // Descriptors that the child gets: {ours, its number}. 0, 1 and 2 are /dev/null where not listed;
  // all others are closed.
  std::vector<std::pair<int, int>> fds;
  std::optional<std::vector<std::string>> env;  // "NAME=VALUE"; ours where absent
  bool new_session = false;                     // setsid(2): no signals from our terminal
};

// A running child. Killed (SIGKILL) and reaped at the end unless wait() or detach() came first.
class Child {
 public:
  explicit Child(pid_t pid) : pid_(pid) {}
  Child(Child&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}
  Child& operator=(Child&& other) noexcept;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();

  pid_t pid() const { return pid_; }
  // nullopt where it still runs at the deadline; throws interrupted as poll_until() does.
  std::optional<ExitStatus> wait(const Deadline& deadline);
  void kill(int signal) const;
  // It lives on without us.
  void detach() { pid_ = -1; }

 private:
  pid_t pid_ = -1;
};

// Throws not_found where there is no such program. Signal dispositions and the mask are reset.
Child spawn(const SpawnRequest& request);
// A descriptor that is readable when the child has ended, for a poll loop.
UniqueFd open_pidfd(pid_t pid);
// How many processes spawn() has started in this process (for --timing).
unsigned spawn_count();

struct Output {
  ExitStatus status;
  std::string out;
  std::string err;
};
// Runs to its end with standard input empty, collecting at most 1 MiB of each stream; throws
// unavailable at the deadline (the child is killed then), interrupted when
// base::interrupted() becomes true.
Output run_program(const std::vector<std::string>& argv, const Deadline& deadline);
// The same, and throws where it fails: "ARGV0 ARGV1: last line of its standard error".
std::string run_checked(const std::vector<std::string>& argv, const Deadline& deadline);

}  // namespace base
