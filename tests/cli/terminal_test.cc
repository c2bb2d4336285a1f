#include <fcntl.h>
#include <pty.h>
#include <termios.h>

#include "cli/raw_terminal.h"
#include "cli/terminal.h"
#include "tests/cli/app_fixture.h"

namespace cli {
namespace {

class TerminalTest : public AppTest {
 protected:
  TerminalTest() {
    int master = -1;
    int slave = -1;
    winsize size{.ws_row = 33, .ws_col = 101, .ws_xpixel = 0, .ws_ypixel = 0};
    EXPECT_EQ(openpty(&master, &slave, nullptr, nullptr, &size), 0);
    master_.reset(master);
    slave_.reset(slave);
    fake::world().containers = {
        fake::container("shell", engine::Running{}, before_now(60)),
        fake::container("done", engine::Exited{.code = 3}, before_now(61)),
    };
    for (engine::Container& container : fake::world().containers)
      container.config.interactive = container.config.terminal = true;
  }
  tcflag_t modes() const {
    termios now{};
    EXPECT_EQ(tcgetattr(slave_.get(), &now), 0);
    return now.c_lflag;
  }
  base::UniqueFd master_;
  base::UniqueFd slave_;
};

TEST_F(TerminalTest, IsRawOnlyWhileTheContainerHasIt) {
  const tcflag_t before = modes();
  {
    RawTerminal terminal(slave_.get());
    EXPECT_EQ(terminal.extent().rows, 33);
    EXPECT_EQ(terminal.extent().columns, 101);
    EXPECT_EQ(modes(), before);
    terminal.enter();
    terminal.enter();
    EXPECT_EQ(modes() & (ICANON | ECHO | ISIG), 0u);
    terminal.leave();
    EXPECT_EQ(modes(), before);
    terminal.leave();
    terminal.enter();
  }
  EXPECT_EQ(modes(), before) << "however it ended";
  const base::UniqueFd none = base::memory_file("none");
  RawTerminal nothing(none.get());
  nothing.enter();
  EXPECT_EQ(nothing.extent().rows, 0);
}

TEST_F(TerminalTest, TypingNeedsOneWhereDockerWantsIt) {
  // Standard input of the fixture is 0, which is none here.
  const base::UniqueFd null = base::open_file("/dev/null", O_RDONLY);
  const int saved = fcntl(0, F_DUPFD_CLOEXEC, 3);
  dup2(null.get(), 0);
  const Said docker = vdkr({"run", "-it", "busybox", "sh"});
  EXPECT_EQ(docker.code, 1);
  EXPECT_EQ(docker.err, "the input device is not a TTY\n");
  EXPECT_FALSE(fake::world().created);
  EXPECT_EQ(vdkr({"attach", "shell"}).code, 1);
  EXPECT_EQ(vdkr({"run", "-t", "busybox", "ls"}).code, 0);
  EXPECT_TRUE(fake::world().created->terminal);
  EXPECT_EQ(fake::world().stdio->terminal, nullptr);
  EXPECT_EQ(vdkr({"run", "-dit", "busybox", "sh"}).code, 0);
  EXPECT_EQ(vpdmn({"run", "-it", "busybox", "sh"}).code, 0);
  dup2(saved, 0);
  close(saved);
}

TEST_F(TerminalTest, OnlyTheStreamsThatAreNamedAreAttached) {
  fake::world().container_output = "hello";
  EXPECT_EQ(vdkr({"run", "busybox"}).out, "hello");
  EXPECT_EQ(vdkr({"run", "-a", "stdout", "busybox"}).out, "hello");
  EXPECT_EQ(fake::world().stdio->input, -1);
  EXPECT_EQ(vdkr({"run", "-a", "STDIN", "-a", "stderr", "busybox"}).out, "");
  EXPECT_EQ(fake::world().stdio->input, 0);
  EXPECT_EQ(vdkr({"run", "-a", "stdlog", "busybox"}).code, 125);
  EXPECT_EQ(vdkr({"run", "-d", "-a", "stdout", "busybox"}).code, 125);
}

TEST_F(TerminalTest, OursIsTheContainers) {
  const int saved = fcntl(0, F_DUPFD_CLOEXEC, 3);
  dup2(slave_.get(), 0);
  EXPECT_EQ(vdkr({"run", "-it", "--detach-keys", "ctrl-x,x", "--sig-proxy=false", "busybox"}).code,
            0);
  EXPECT_NE(fake::world().stdio->terminal, nullptr);
  EXPECT_EQ(fake::world().stdio->detach_keys, "\x18x");
  EXPECT_FALSE(fake::world().stdio->proxy_signals);
  fake::world().outcome.detached = true;
  const Said said = vdkr({"attach", "shell"});
  EXPECT_EQ(said.code, 0);
  EXPECT_EQ(said.err, "read escape sequence\n");
  EXPECT_EQ(fake::world().stdio->detach_keys, "\x10\x11");
  EXPECT_TRUE(fake::world().stdio->proxy_signals);
  EXPECT_EQ(vdkr({"attach", "--no-stdin", "shell"}).code, 0);
  EXPECT_EQ(fake::world().stdio->input, -1);
  EXPECT_EQ(vdkr({"start", "-ai", "shell"}).code, 0);
  EXPECT_EQ(fake::world().orders.back(), "attach shell");
  dup2(saved, 0);
  close(saved);
}

TEST_F(TerminalTest, WhatCannotBeAttachedToIsTold) {
  EXPECT_EQ(vdkr({"attach", "done"}).err,
            "vdkr: You cannot attach to a stopped container, start it first\n");
  EXPECT_EQ(vpdmn({"attach", "done"}).err, "Error: you can only attach to running containers\n");
  EXPECT_EQ(vdkr({"run", "--detach-keys", "ctrl-", "busybox"}).code, 125);
  EXPECT_FALSE(fake::world().created);
}

}  // namespace
}  // namespace cli
