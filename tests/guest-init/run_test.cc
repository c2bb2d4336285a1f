// What a container's process finds, and how its end is told.
#include <gtest/gtest.h>

#include <csignal>

#include "tests/guest-init/guest_fixture.h"

namespace guest_init_test {
namespace {

TEST_F(GuestTest, RunsACommandAndReportsItsEnd) {
  ASSERT_NO_FATAL_FAILURE(boot_container());
  const Result result = run(command({"echo", "hello"}));
  ASSERT_FALSE(result.failure) << result.failure->text;
  EXPECT_EQ(result.out, "hello\n");
  EXPECT_EQ(result.err, "");
  EXPECT_FALSE(result.exit.signalled);
  EXPECT_EQ(result.exit.value, 0u);
  EXPECT_LE(result.exit.started_ns, result.exit.finished_ns);
  EXPECT_FALSE(result.exit.oom);
  EXPECT_TRUE(shut_down().ok());
  EXPECT_EQ(log(), "");
}

TEST_F(GuestTest, TellsEveryExitCode) {
  ASSERT_NO_FATAL_FAILURE(boot_container());
  for (unsigned code = 0; code < 256; ++code) {
    auto spec = shell("exit " + std::to_string(code));
    spec.init = code % 3 == 0;
    const Result result = run(spec);
    ASSERT_FALSE(result.failure) << result.failure->text;
    EXPECT_FALSE(result.exit.signalled);
    EXPECT_EQ(result.exit.value, code);
  }
}

struct SignalCase {
  const char* script;
  bool init;
  bool signalled;
  unsigned value;
};

TEST_F(GuestTest, TreatsTheEntrypointAsPidOneOfItsNamespace) {
  const SignalCase cases[] = {
      {"kill -9 $$; exit 3", false, false, 3},
      {"kill -15 $$; exit 4", false, false, 4},
      {"kill -9 $$; exit 3", true, false, 137},
      {"kill -15 $$; exit 4", true, false, 143},
      {"sh -c 'kill -9 $$'; exit $?", false, false, 137},
      {"sh -c 'kill -15 $$'; exit $?", false, false, 143},
      {"exit $$", false, false, 1},
      {"exit $PPID", true, false, 1},
  };
  ASSERT_NO_FATAL_FAILURE(boot_container());
  for (const SignalCase& c : cases) {
    auto spec = shell(c.script);
    spec.init = c.init;
    const Result result = run(spec);
    ASSERT_FALSE(result.failure) << result.failure->text;
    EXPECT_EQ(result.exit.signalled, c.signalled) << c.script;
    EXPECT_EQ(result.exit.value, c.value) << c.script;
  }
}

TEST_F(GuestTest, PassesTheHostsSignalsOn) {
  ASSERT_NO_FATAL_FAILURE(boot_container());
  for (const bool init : {false, true}) {
    auto spec = shell("trap 'echo caught; exit 7' TERM; echo ready; while :; do sleep 1; done");
    spec.init = init;
    peer().start(0, spec);
    peer().wait_until(0, [](const auto& v) { return v.text[0] == "ready\n"; });
    peer().signal(0, SIGTERM);
    const auto exit = peer().wait_exit(0);
    EXPECT_EQ(exit.value, 7u);
    EXPECT_EQ(peer().view(0).text[0], "ready\ncaught\n");
  }
}

TEST_F(GuestTest, LetsOnlyKillEndAnEntrypointThatCatchesNothing) {
  ASSERT_NO_FATAL_FAILURE(boot_container());
  peer().start(0, command({"sleep", "1000"}));
  ASSERT_FALSE(peer().wait_started(0));
  peer().signal(0, SIGTERM);
  peer().idle(base::Milliseconds(100));
  EXPECT_FALSE(peer().view(0).exit);
  peer().signal(0, SIGKILL);
  const auto exit = peer().wait_exit(0);
  EXPECT_TRUE(exit.signalled);
  EXPECT_EQ(exit.value, 9u);

  auto spec = command({"sleep", "1000"});
  spec.init = true;
  peer().start(0, spec);
  ASSERT_FALSE(peer().wait_started(0));
  peer().signal(0, SIGTERM);
  EXPECT_EQ(peer().wait_exit(0).value, 143u);
}

TEST_F(GuestTest, KeepsASignalThatComesBeforeTheStart) {
  ASSERT_NO_FATAL_FAILURE(boot_container());
  auto spec = command({"sleep", "1000"});
  spec.init = true;
  peer().start(0, spec);
  peer().signal(0, SIGTERM);
  EXPECT_EQ(peer().wait_exit(0).value, 143u);
}

TEST_F(GuestTest, KillsWhatTheEntrypointLeavesBehind) {
  ASSERT_NO_FATAL_FAILURE(boot_container());
  const Result result = run(shell("sleep 1000 & sh -c 'trap \"\" TERM; sleep 1000' & echo done"));
  EXPECT_EQ(result.out, "done\n");
  EXPECT_EQ(result.exit.value, 0u);
}

std::string all_bytes() {
  std::string bytes;
  for (int c = 1; c < 256; ++c) bytes.push_back(static_cast<char>(c));
  return bytes;
}

TEST_F(GuestTest, PassesArgumentsExactly) {
  const std::vector<std::string> arguments = {
      "",    "'\"",      "a\nb", "$(id)",     "`id`",
      "* ?", "--",       "-n",   all_bytes(), std::string(102400, 'x'),
      "\\",  "\xff\xfe", " "};
  std::vector<std::string> argv = {"sh", "-c", "for a; do printf '%s\\0' \"$a\"; done", "sh"};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  std::string expected;
  for (const std::string& argument : arguments) expected += argument + '\0';
  ASSERT_NO_FATAL_FAILURE(boot_container());
  for (const bool init : {false, true}) {
    auto spec = command(argv);
    spec.init = init;
    EXPECT_TRUE(run(spec).out == expected);
  }
}

TEST_F(GuestTest, PassesTheEnvironmentExactlyAndAddsHome) {
  auto spec = command({"cat", "/proc/self/environ"});
  spec.env = {"PATH=/bin", "EMPTY=", "A=1\n2", "BYTES=" + all_bytes(),
              "BIG=" + std::string(100000, 'y')};
  std::string expected;
  for (const std::string& variable : spec.env) expected += variable + '\0';
  ASSERT_NO_FATAL_FAILURE(boot_container());
  EXPECT_TRUE(run(spec).out == expected + std::string("HOME=/root\0", 11));
  spec.env = {"PATH=/bin", "HOME=/mine"};
  EXPECT_EQ(run(spec).out, std::string("PATH=/bin\0HOME=/mine\0", 21));
}

struct ExecCase {
  std::vector<std::string> argv;
  protocol::FailureStage stage;
  int error_number;
  std::string text;
};

TEST_F(GuestTest, SaysWhyACommandCannotBeStarted) {
  using protocol::FailureStage;
  const ExecCase cases[] = {
      {{"absent"},
       FailureStage::exec,
       ENOENT,
       "exec: \"absent\": executable file not found in $PATH"},
      {{"/absent"},
       FailureStage::exec,
       ENOENT,
       "exec: \"/absent\": stat /absent: no such file or directory"},
      {{"/etc/plain"}, FailureStage::exec, EACCES, "exec: \"/etc/plain\": permission denied"},
      {{"/etc"}, FailureStage::exec, EISDIR, "exec: \"/etc\": is a directory"},
      {{"/bin/nonsense"}, FailureStage::exec, ENOEXEC, "exec /bin/nonsense: exec format error"},
      {{"sh", std::string(200000, 'x')},
       FailureStage::exec,
       E2BIG,
       "exec /bin/sh: argument list too long"},
      {{}, FailureStage::spec, 0, "no command specified"},
  };
  ASSERT_NO_FATAL_FAILURE(boot_container());
  for (const ExecCase& c : cases) {
    for (const bool init : {false, true}) {
      auto spec = command(c.argv);
      spec.init = init;
      const Result result = run(spec);
      ASSERT_TRUE(result.failure) << c.text;
      EXPECT_EQ(result.failure->stage, c.stage);
      EXPECT_EQ(result.failure->error_number, c.error_number);
      EXPECT_EQ(result.failure->text, c.text);
    }
  }
  EXPECT_EQ(run(command({"echo", "still here"})).out, "still here\n");
}

struct UserCase {
  const char* user;
  std::vector<std::string> groups;
  const char* out;
};

TEST_F(GuestTest, RunsAsTheUserThatIsWanted) {
  const UserCase cases[] = {
      {"", {}, "0 0 0 /root\n"},
      {"dora", {}, "1000 1001 1001 29 44 /home/dora\n"},
      {"1000:1000", {}, "1000 1000 1000 /home/dora\n"},
      {"nobody", {}, "65534 65534 65534 /\n"},
      {"4000:5000", {"audio", "6000"}, "4000 5000 5000 29 6000 /\n"},
  };
  ASSERT_NO_FATAL_FAILURE(boot_container());
  for (const UserCase& c : cases) {
    auto spec = shell("echo $(id -u) $(id -g) $(id -G) $HOME; echo x > /dev/stderr");
    spec.user = c.user;
    spec.groups = c.groups;
    const Result result = run(spec);
    ASSERT_FALSE(result.failure) << result.failure->text;
    EXPECT_EQ(result.out, c.out);
    EXPECT_EQ(result.err, "x\n") << "its own /dev/stderr may be opened again";
  }
  auto spec = command({"true"});
  spec.user = "nosuch";
  const Result result = run(spec);
  ASSERT_TRUE(result.failure);
  EXPECT_EQ(result.failure->stage, protocol::FailureStage::user);
  EXPECT_EQ(result.failure->text, "unable to find user nosuch: no matching entries in passwd file");
}

TEST_F(GuestTest, MakesTheWorkingDirectoryWhereItIsAbsent) {
  ASSERT_NO_FATAL_FAILURE(boot_container());
  auto spec = shell("pwd; stat -c '%a %u' .");
  spec.working_directory = "/made/just now";
  spec.user = "dora";
  EXPECT_EQ(run(spec).out, "/made/just now\n755 0\n");
  spec.working_directory = "";
  EXPECT_EQ(run(spec).out, "/\n751 0\n");
  spec.working_directory = "/etc/plain";
  Result result = run(spec);
  ASSERT_TRUE(result.failure);
  EXPECT_EQ(result.failure->stage, protocol::FailureStage::working_directory);
  EXPECT_EQ(result.failure->text, "mkdir /etc/plain: not a directory");
}

}  // namespace
}  // namespace guest_init_test
