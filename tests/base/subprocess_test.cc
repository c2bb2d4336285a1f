#include "base/subprocess.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "base/error.h"
#include "base/file.h"
#include "base/signals.h"

namespace base {
namespace {

using std::chrono::seconds;

const Deadline soon() { return Deadline::after(seconds{30}); }

// What a shell script prints, run as a child with these descriptors.
std::string output_of(SpawnRequest request) {
  Pair pipe = make_pipe();
  request.fds.emplace_back(pipe.second.get(), STDOUT_FILENO);
  Child child = spawn(request);
  pipe.second.reset();
  std::string text = read_to_end(pipe.first.get(), 1u << 20);
  EXPECT_TRUE(child.wait(soon())->ok());
  return text;
}

ExitStatus status_of(std::vector<std::string> argv) {
  return *spawn({.argv = std::move(argv)}).wait(soon());
}

TEST(Spawn, TellsHowTheChildEnded) {
  EXPECT_TRUE(status_of({"true"}).ok());
  EXPECT_EQ(status_of({"sh", "-c", "exit 42"}).code, 42);
  EXPECT_EQ(status_of({"sh", "-c", "exit 255"}).code, 255);
  const ExitStatus killed = status_of({"sh", "-c", "kill -9 $$"});
  EXPECT_EQ(killed.signal, SIGKILL);
  EXPECT_FALSE(killed.ok());
}

TEST(Spawn, WhatIsNotThereIsNotFound) {
  for (const char* name : {"no-such-program-anywhere", "/no/such/program"}) {
    try {
      spawn({.argv = {name}});
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::not_found);
      EXPECT_EQ(error.message(), std::string("starting ") + name + ": No such file or directory");
    }
  }
  try {
    spawn({.argv = {"/etc/passwd"}});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::denied);
  }
}

TEST(Spawn, AScriptWithoutAnInterpreterIsNotGivenToAShell) {
  const TempDir directory("/tmp", "subprocess-test");
  replace_file(directory.path() + "/script", "echo hello\n", 0755);
  EXPECT_THROW(spawn({.argv = {directory.path() + "/script"}}), Error);
}

TEST(Spawn, PassesArgumentsAsTheyAre) {
  const std::string text =
      output_of({.argv = {"printf", "%s|", "", "a b", "$(id)", "\n'\"", "\xff"}});
  EXPECT_EQ(text, "|a b|$(id)|\n'\"|\xff|");
}

TEST(Spawn, TheChildHasExactlyTheDescriptorsListed) {
  const UniqueFd low = duplicate(STDERR_FILENO);
  const UniqueFd high(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 100));
  set_cloexec(low.get(), false);
  set_cloexec(high.get(), false);
  const UniqueFd other = open_file("/dev/zero", O_RDONLY);
  const std::string text =
      output_of({.argv = {"sh", "-c", "ls /proc/$$/fd; true"}, .fds = {{other.get(), 7}}});
  EXPECT_EQ(text, "0\n1\n2\n7\n");
}

TEST(Spawn, UnlistedStandardStreamsAreDevNull) {
  const std::string text = output_of(
      {.argv = {"sh", "-c", "readlink /proc/$$/fd/0 /proc/$$/fd/2; cat; echo x >&2 && echo ok"}});
  EXPECT_EQ(text, "/dev/null\n/dev/null\nok\n");
}

TEST(Spawn, DescriptorsMaySwapNumbers) {
  Pair first = make_pipe();
  Pair second = make_pipe();
  const int a = first.second.get();
  const int b = second.second.get();
  Child child =
      spawn({.argv = {"sh", "-c",
                      "echo to-a >&" + std::to_string(b) + "; echo to-b >&" + std::to_string(a)},
             .fds = {{a, b}, {b, a}}});
  EXPECT_TRUE(child.wait(soon())->ok());
  first.second.reset();
  second.second.reset();
  EXPECT_EQ(read_to_end(first.first.get(), 100), "to-a\n");
  EXPECT_EQ(read_to_end(second.first.get(), 100), "to-b\n");
}

TEST(Spawn, NumbersThatAreFreeHereMayBeAskedFor) {
  Pair first = make_pipe();
  Pair second = make_pipe();
  const int free = duplicate(0).get();  // closed again: the lowest number that is not in use
  Child child = spawn({.argv = {"sh", "-c",
                                "echo first >&" + std::to_string(free + 1) + "; echo second >&" +
                                    std::to_string(free)},
                       .fds = {{first.second.get(), free + 1}, {second.second.get(), free}}});
  EXPECT_TRUE(child.wait(soon())->ok());
  first.second.reset();
  second.second.reset();
  EXPECT_EQ(read_to_end(first.first.get(), 100), "first\n");
  EXPECT_EQ(read_to_end(second.first.get(), 100), "second\n");
}

TEST(Spawn, OneDescriptorMayHaveSeveralNumbersAndItsOwn) {
  Pair pipe = make_pipe();
  const int own = pipe.second.get();
  Child child = spawn({.argv = {"sh", "-c", "echo 1; echo 2 >&2; echo 3 >&" + std::to_string(own)},
                       .fds = {{own, 1}, {own, 2}, {own, own}}});
  pipe.second.reset();
  EXPECT_EQ(read_to_end(pipe.first.get(), 100), "1\n2\n3\n");
  EXPECT_TRUE(child.wait(soon())->ok());
}

TEST(Spawn, AClosedDescriptorIsAnError) {
  EXPECT_THROW(spawn({.argv = {"true"}, .fds = {{999, 0}}}), Error);
}

TEST(Spawn, GivesTheEnvironmentAskedFor) {
  EXPECT_EQ(output_of({.argv = {"/usr/bin/env"}, .env = {{"A=1", "B=x y"}}}), "A=1\nB=x y\n");
  EXPECT_EQ(output_of({.argv = {"/usr/bin/env"}, .env = std::vector<std::string>{}}), "");
  ::setenv("SUBPROCESS_TEST", "ours", 1);
  EXPECT_EQ(output_of({.argv = {"printenv", "SUBPROCESS_TEST"}}), "ours\n");
  ::unsetenv("SUBPROCESS_TEST");
}

// A line of proc(5) status as a number.
std::uint64_t mask_in(const std::string& status, std::string_view name) {
  const auto at = status.find(name);
  return at == std::string::npos ? ~0ull
                                 : std::stoull(status.substr(at + name.size()), nullptr, 16);
}

TEST(Spawn, ResetsTheMaskAndTheDispositions) {
  const SignalSource blocked{SIGUSR1, SIGTERM};
  const auto before = ::signal(SIGPIPE, SIG_IGN);
  const std::string status = output_of({.argv = {"cat", "/proc/self/status"}});
  EXPECT_EQ(::signal(SIGPIPE, before), SIG_IGN);
  EXPECT_EQ(mask_in(status, "SigBlk:\t"), 0u);
  // 32 and 33 are glibc's own; its posix_spawn leaves them ignored.
  EXPECT_EQ(mask_in(status, "SigIgn:\t") & ~0x180000000u, 0u);
}

TEST(Spawn, ANewSessionIsAskedFor) {
  // Fields 5 and 6 of proc(5) stat: the process group and the session.
  const char* script =
      "read -r pid name state parent group session rest < /proc/$$/stat;"
      "test $session = $$ && echo new || echo old";
  EXPECT_EQ(output_of({.argv = {"sh", "-c", script}, .new_session = true}), "new\n");
  EXPECT_EQ(output_of({.argv = {"sh", "-c", script}}), "old\n");
}

TEST(Spawn, IsCounted) {
  const unsigned before = spawn_count();
  status_of({"true"});
  EXPECT_THROW(spawn({.argv = {"/no/such/program"}}), Error);
  EXPECT_EQ(spawn_count(), before + 1);
}

TEST(ChildTest, IsKilledAndReapedAtTheEnd) {
  pid_t pid = -1;
  {
    const Child child = spawn({.argv = {"sleep", "1000"}});
    pid = child.pid();
    EXPECT_EQ(::kill(pid, 0), 0);
  }
  EXPECT_EQ(::waitpid(pid, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST(ChildTest, ADetachedOneLivesOn) {
  pid_t pid = -1;
  {
    Child child = spawn({.argv = {"sleep", "1000"}});
    pid = child.pid();
    child.detach();
  }
  Child again(pid);
  EXPECT_FALSE(again.wait(Deadline::after(Milliseconds{0})));
  again.kill(SIGTERM);
  EXPECT_EQ(again.wait(soon())->signal, SIGTERM);
}

TEST(ChildTest, AssignmentEndsTheOldOne) {
  Child first = spawn({.argv = {"sleep", "1000"}});
  const pid_t old = first.pid();
  Child second = spawn({.argv = {"true"}});
  const pid_t kept = second.pid();
  first = std::move(second);
  EXPECT_EQ(first.pid(), kept);
  EXPECT_EQ(::waitpid(old, nullptr, WNOHANG), -1);
  EXPECT_TRUE(first.wait(soon())->ok());
}

TEST(RunProgram, CollectsBothStreamsWithoutDeadlock) {
  const Output output = run_program(
      {"sh", "-c",
       "head -c 300000 /dev/zero >&2; head -c 300000 /dev/zero; head -c 9 /dev/zero >&2"},
      soon());
  EXPECT_TRUE(output.status.ok());
  EXPECT_EQ(output.out.size(), 300'000u);
  EXPECT_EQ(output.err.size(), 300'009u);
}

TEST(RunProgram, KeepsOneMebibyteAndLetsTheRestRun) {
  const Output output = run_program({"sh", "-c", "head -c 5000000 /dev/zero; exit 3"}, soon());
  EXPECT_EQ(output.status.code, 3);
  EXPECT_EQ(output.out.size(), 1u << 20);
}

TEST(RunProgram, StandardInputIsEmpty) { EXPECT_EQ(run_program({"cat"}, soon()).out, ""); }

TEST(RunProgram, IsKilledAtTheDeadline) {
  const char* endless[] = {"sleep 1000", "exec yes", "exec sleep 1000 >&- 2>&-"};
  for (const char* script : endless) {
    const Stopwatch watch;
    try {
      run_program({"sh", "-c", std::string(script)}, Deadline::after(Milliseconds{50}));
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::unavailable);
      EXPECT_EQ(error.message(), "sh -c: did not end in time");
    }
    EXPECT_LT(watch.elapsed(), seconds{20});
  }
}

TEST(RunProgram, EndsWithItsChildThoughAGrandchildHoldsThePipes) {
  const Stopwatch watch;
  const Output output = run_program({"sh", "-c", "sleep 20 & echo done $!"}, soon());
  EXPECT_LT(watch.elapsed(), seconds{15});
  ASSERT_TRUE(output.out.starts_with("done "));
  EXPECT_EQ(::kill(std::stoi(output.out.substr(5)), SIGKILL), 0);
}

TEST(RunProgram, EndsAtAnInterrupt) {
  const InterruptGuard guard;
  std::thread sender([] {
    std::this_thread::sleep_for(Milliseconds{30});
    ::kill(::getpid(), SIGINT);
  });
  try {
    run_program({"sleep", "1000"}, Deadline::never());
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::interrupted);
  }
  sender.join();
  const InterruptShield shield;
  EXPECT_EQ(run_program({"echo", "cleaning"}, soon()).out, "cleaning\n");
}

TEST(RunChecked, GivesTheOutputOrTheLastLineOfStandardError) {
  EXPECT_EQ(run_checked({"echo", "hello"}, soon()), "hello\n");
  const auto failure = [](const char* script) -> std::string {
    try {
      run_checked({"sh", "-c", script}, soon());
    } catch (const Error& error) {
      return error.message();
    }
    return "no failure";
  };
  EXPECT_EQ(failure("echo first >&2; echo ' last\033[0m ' >&2; echo >&2; exit 1"),
            "sh -c: last\\x1b[0m");
  EXPECT_EQ(failure("exit 7"), "sh -c: exit status 7");
  EXPECT_EQ(failure("kill -9 $$"), "sh -c: ended by signal 9");
}

}  // namespace
}  // namespace base
