#include "guest-init/mini_init.h"

#include <sys/wait.h>

#include <cerrno>
#include <csignal>

namespace guest_init {
namespace {

// True once the command itself has ended.
bool reap(pid_t child, int& status) {
  for (;;) {
    int ended = 0;
    const pid_t pid = waitpid(-1, &ended, WNOHANG);
    if (pid <= 0) return false;
    if (pid != child) continue;
    status = WIFSIGNALED(ended) ? 128 + WTERMSIG(ended) : WEXITSTATUS(ended);
    return true;
  }
}

}  // namespace

int run_mini_init(pid_t child) {
  sigset_t all;
  sigfillset(&all);
  int status = 0;
  while (!reap(child, status)) {
    siginfo_t info{};
    const int number = sigwaitinfo(&all, &info);
    const bool from_terminal = number == SIGTTIN || number == SIGTTOU;
    if (number > 0 && number != SIGCHLD && !from_terminal) kill(child, number);
  }
  return status;
}

}  // namespace guest_init
