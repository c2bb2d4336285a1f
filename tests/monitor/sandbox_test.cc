#include "monitor/sandbox.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "base/fd.h"

namespace monitor {
namespace {

// How a process ends that does `act` in the sandbox.
template <typename Act>
int end_of(Act act) {
  Sandbox sandbox;
  const pid_t child = fork();
  if (child == 0) {
    sandbox.enter();
    _exit(act() ? 0 : 1);
  }
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return status;
}

bool is_killed(int status) { return WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS; }

// A sanitizer makes calls of its own, which the relay does not.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST(SandboxTest, WhatTheRelayDoesIsAllowed) {
  int pair[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
  const int status = end_of([&] {
    char byte = 'x';
    return write(pair[0], &byte, 1) == 1 && read(pair[1], &byte, 1) == 1 &&
           send(pair[0], &byte, 1, 0) == 1 && base::enlarge_send_buffer(pair[0]) &&
           close(pair[0]) == 0;
  });
  EXPECT_EQ(status, 0);
  close(pair[0]);
  close(pair[1]);
}
#endif

TEST(SandboxTest, WhateverElseEndsIt) {
  EXPECT_TRUE(is_killed(end_of([] { return open("/dev/null", O_RDONLY | O_CLOEXEC) >= 0; })));
  EXPECT_TRUE(is_killed(end_of([] { return socket(AF_INET, SOCK_STREAM, 0) >= 0; })));
  EXPECT_TRUE(is_killed(end_of([] {
    const int on = 1;
    return setsockopt(0, SOL_SOCKET, SO_DEBUG, &on, sizeof on) == 0;
  })));
  EXPECT_TRUE(is_killed(end_of([] { return setuid(0) == 0; })));
  EXPECT_TRUE(is_killed(end_of([] { return kill(getppid(), 0) == 0; })));
  EXPECT_TRUE(is_killed(end_of([] { return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0; })));
}

}  // namespace
}  // namespace monitor
