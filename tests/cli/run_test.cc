#include <fcntl.h>

#include <array>
#include <cstdlib>

#include "tests/cli/app_fixture.h"

namespace cli {
namespace {

using engine::PullPolicy;

class RunTest : public AppTest {};

TEST_F(RunTest, EveryOptionReachesTheEngine) {
  ::setenv("OURS", "ours", 1);
  const Said said = vdkr({"run",        "--rm",
                          "-i",         "-e",
                          "A=1",        "--env",
                          "OURS",       "-w",
                          "/srv",       "-u",
                          "1:2",        "--entrypoint",
                          "/bin/sh",    "--name",
                          "web",        "-h",
                          "host",       "-m",
                          "64m",        "--read-only",
                          "--init",     "--pull=always",
                          "--platform", "linux/arm64",
                          "-q",         "-l",
                          "a=1",        "--label",
                          "b",          "--kernel",
                          "6.1",        "--xen-type",
                          "pvh",        "--vcpus",
                          "2",          "alpine:3.20",
                          "-c",         "",
                          "a b"});
  EXPECT_EQ(said.err, "");
  EXPECT_EQ(said.code, 0);
  const engine::CreateRequest& request = *fake::world().created;
  EXPECT_TRUE(request.auto_remove);
  EXPECT_TRUE(request.interactive);
  EXPECT_TRUE(request.read_only);
  EXPECT_TRUE(request.init);
  EXPECT_TRUE(request.provisional);
  EXPECT_EQ(request.env, (std::vector<std::string>{"A=1", "OURS=ours"}));
  EXPECT_EQ(request.working_directory, "/srv");
  EXPECT_EQ(request.user, "1:2");
  EXPECT_EQ(request.entrypoint, (std::vector<std::string>{"/bin/sh"}));
  EXPECT_EQ(request.name, "web");
  EXPECT_EQ(request.hostname, "host");
  EXPECT_EQ(request.memory, 64u << 20);
  EXPECT_EQ(request.pull, PullPolicy::always);
  EXPECT_EQ(request.platform, "linux/arm64");
  EXPECT_EQ(request.labels, (std::map<std::string, std::string>{{"a", "1"}, {"b", ""}}));
  EXPECT_EQ(request.kernel, "6.1");
  EXPECT_EQ(request.guest_type, "pvh");
  EXPECT_EQ(request.vcpus, 2u);
  EXPECT_EQ(request.image, "alpine:3.20");
  EXPECT_EQ(request.command, (std::vector<std::string>{"-c", "", "a b"}));
  EXPECT_EQ(fake::world().stdio->input, 0);
}

TEST_F(RunTest, WithoutOptionsNothingIsAskedFor) {
  EXPECT_EQ(vdkr({"run", "busybox"}).code, 0);
  const engine::CreateRequest& request = *fake::world().created;
  EXPECT_FALSE(request.auto_remove || request.interactive || request.read_only || request.init);
  EXPECT_EQ(request.entrypoint, std::nullopt);
  EXPECT_EQ(request.memory, std::nullopt);
  EXPECT_EQ(request.vcpus, std::nullopt);
  EXPECT_EQ(request.pull, PullPolicy::missing);
  EXPECT_TRUE(request.command.empty());
  EXPECT_EQ(fake::world().stdio->input, -1);
}

TEST_F(RunTest, AnEmptyEntrypointResetsTheImages) {
  EXPECT_EQ(vdkr({"run", "--entrypoint", "", "busybox", "ls"}).code, 0);
  ASSERT_TRUE(fake::world().created->entrypoint);
  EXPECT_TRUE(fake::world().created->entrypoint->empty());
}

TEST_F(RunTest, PodmansEntrypointMayBeAList) {
  const std::vector<std::string> words = {"run", "--entrypoint", R"(["a","b c"])", "busybox"};
  EXPECT_EQ(vpdmn(words).code, 0);
  EXPECT_EQ(fake::world().created->entrypoint, (std::vector<std::string>{"a", "b c"}));
  EXPECT_EQ(vdkr(words).code, 0);
  EXPECT_EQ(fake::world().created->entrypoint, (std::vector<std::string>{R"(["a","b c"])"}));
}

struct Refusal {
  std::vector<std::string> options;
  std::string docker;
  std::string podman;
};

TEST_F(RunTest, WhatCannotBeIsRefusedBeforeTheEngineIsAsked) {
  const std::vector<Refusal> cases = {
      {{"--name", "x$"},
       "vdkr: Invalid container name (x$), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed\n",
       "Error: running container create option: names must match "
       "[a-zA-Z0-9][a-zA-Z0-9_.-]*: invalid argument\n"},
      {{"--pull", "sometimes"},
       "vdkr: invalid pull option: 'sometimes': must be one of \"always\", \"missing\" or "
       "\"never\"\n",
       "Error: unsupported pull policy \"sometimes\"\n"},
      {{"-w", "srv"},
       "vdkr: the working directory 'srv' is invalid, it needs to be an absolute path\n",
       "Error: invalid workdir \"srv\": must be an absolute path\n"},
      {{"--vcpus", "0"},
       "invalid argument \"0\" for \"--vcpus\" flag: not a number above 0\n"
       "See 'vdkr run --help'.\n",
       "Error: invalid argument \"0\" for \"--vcpus\" flag: not a number above 0\n"
       "See 'vpdmn run --help'\n"},
      {{"-l", "=x"},
       "invalid argument \"=x\" for \"-l, --label\" flag: invalid label '=x': empty name\n"
       "See 'vdkr run --help'.\n",
       "Error: invalid argument \"=x\" for \"-l, --label\" flag: invalid label '=x': empty name\n"
       "See 'vpdmn run --help'\n"},
      {{"-e", "=x"},
       "invalid argument \"=x\" for \"-e, --env\" flag: invalid environment variable: =x\n"
       "See 'vdkr run --help'.\n",
       "Error: invalid argument \"=x\" for \"-e, --env\" flag: invalid environment variable: =x\n"
       "See 'vpdmn run --help'\n"},
  };
  for (const Refusal& expected : cases) {
    std::vector<std::string> arguments = {"run"};
    arguments.insert(arguments.end(), expected.options.begin(), expected.options.end());
    arguments.emplace_back("busybox");
    for (const Said& said : {vdkr(arguments), vpdmn(arguments)}) EXPECT_EQ(said.code, 125);
    EXPECT_EQ(vdkr(arguments).err, expected.docker);
    EXPECT_EQ(vpdmn(arguments).err, expected.podman);
  }
  EXPECT_FALSE(fake::world().created);
}

TEST_F(RunTest, DockersLeastMemoryIs6MAndPodmansNone) {
  EXPECT_EQ(vdkr({"run", "-m", "5m", "busybox"}).err,
            "vdkr: Minimum memory limit allowed is 6MB\n");
  EXPECT_EQ(vdkr({"run", "-m", "6m", "busybox"}).code, 0);
  EXPECT_EQ(vpdmn({"run", "-m", "5m", "busybox"}).code, 0);
  EXPECT_EQ(vdkr({"run", "-m", "0", "busybox"}).code, 0);
  EXPECT_EQ(fake::world().created->memory, std::nullopt);
}

TEST_F(RunTest, ANameInUseIsToldWithItsHolder) {
  fake::world().containers = {fake::container("web", engine::Created{}, test_now())};
  const std::string id = fake::world().containers[0].config.id;
  const base::Error taken(base::ErrorKind::already_exists, "taken");
  fake::world().failure = taken;
  Said said = vdkr({"run", "--name", "web", "busybox"});
  EXPECT_EQ(said.code, 125);
  EXPECT_EQ(said.err,
            "vdkr: Conflict. The container name \"/web\" is already in use by container "
            "\"" +
                id +
                "\". You have to remove (or rename) that container to be able "
                "to reuse that name.\n");
  fake::world().failure = taken;
  said = vpdmn({"run", "--name", "web", "busybox"});
  EXPECT_EQ(said.code, 125);
  EXPECT_EQ(said.err,
            "Error: creating container storage: the container name \"web\" is already in "
            "use by " +
                id +
                ". You have to remove that container to be able to reuse "
                "that name: that name is already in use\n");
}

TEST_F(RunTest, TheContainersOutputAndStatusAreOurs) {
  fake::world().container_output = "hello\n";
  fake::world().outcome.code = 42;
  const Said said = vdkr({"run", "--rm", "busybox", "echo", "hello"});
  EXPECT_EQ(said.out, "hello\n");
  EXPECT_EQ(said.err, "");
  EXPECT_EQ(said.code, 42);
}

TEST_F(RunTest, OurOwnFailuresAre125) {
  fake::world().failure = base::Error(base::ErrorKind::denied, "running a container needs root");
  Said said = vdkr({"run", "busybox"});
  EXPECT_EQ(said.err, "vdkr: running a container needs root\n");
  EXPECT_EQ(said.code, 125);
  fake::world().outcome = {.code = 125, .error = "the guest vanished"};
  said = vpdmn({"run", "busybox"});
  EXPECT_EQ(said.err, "Error: the guest vanished\n");
  EXPECT_EQ(said.code, 125);
}

struct Failed {
  engine::StartFailure failure;
  std::string program;
  std::string docker;
  std::string podman;
};

TEST_F(RunTest, AStartThatFailsIsWordedByEachTool) {
  const std::vector<Failed> cases = {
      {{127, "exec", ENOENT, "exec: \"foo\": executable file not found in $PATH"},
       "foo",
       "vdkr: unable to start container process: exec: \"foo\": executable file not found in "
       "$PATH: unknown.\n",
       "Error: crun: executable file `foo` not found in $PATH: No such file or directory: OCI "
       "runtime attempted to invoke a command that was not found\n"},
      {{127, "exec", ENOENT, "exec: \"/foo\": stat /foo: no such file or directory"},
       "/foo",
       "vdkr: unable to start container process: exec: \"/foo\": stat /foo: no such file or "
       "directory: unknown.\n",
       "Error: crun: executable file `/foo` not found: No such file or directory: OCI runtime "
       "attempted to invoke a command that was not found\n"},
      {{126, "exec", EACCES, "exec: \"/etc\": permission denied"},
       "/etc",
       "vdkr: unable to start container process: exec: \"/etc\": permission denied: unknown.\n",
       "Error: crun: open executable: Permission denied: OCI permission denied\n"},
      {{126, "exec", ENOEXEC, "exec /x: exec format error"},
       "/x",
       "vdkr: unable to start container process: exec /x: exec format error: unknown.\n",
       "Error: crun: exec /x: exec format error: OCI runtime error\n"},
      {{125, "user", 0, "unable to find user foo: no matching entries in passwd file"},
       "x",
       "vdkr: unable to find user foo: no matching entries in passwd file\n",
       "Error: unable to find user foo: no matching entries in passwd file\n"},
      {{125, "mount", 0, "\x1b[31mred\n"},
       "x",
       "vdkr: \\x1b[31mred\\n\n",
       "Error: \\x1b[31mred\\n\n"},
  };
  for (const Failed& expected : cases) {
    fake::world().outcome = {.failure = expected.failure};
    const Said docker = vdkr({"run", "busybox", expected.program});
    EXPECT_EQ(docker.err, expected.docker);
    EXPECT_EQ(docker.code, expected.failure.code);
    const Said podman = vpdmn({"run", "busybox", expected.program});
    EXPECT_EQ(podman.err, expected.podman);
    EXPECT_EQ(podman.code, expected.failure.code);
  }
}

TEST_F(RunTest, TimingIsATableOnStandardError) {
  fake::world().outcome = {.code = 3,
                           .timing = {.steps = {{"resolve", 1.25}, {"cleanup", 100}},
                                      .total = 99.75,
                                      .processes = 4,
                                      .xenstore_requests = 50}};
  const Said said = vdkr({"run", "--timing", "busybox"});
  EXPECT_EQ(said.code, 3);
  EXPECT_EQ(said.out, "");
  EXPECT_EQ(said.err,
            "resolve        1.2 ms\n"
            "cleanup      100.0 ms\n"
            "total         99.8 ms\n"
            "4 processes, 50 xenstore requests\n");
}

TEST_F(RunTest, InAPipeNoProgressIsShown) {
  fake::world().progress = [](base::Progress& progress) {
    progress.message("Unable to find image 'busybox:latest' locally");
    progress.update("aaaaaaaaaaaa", "Pull complete", 0, 0);
  };
  for (const Said& said : {vdkr({"run", "busybox"}), vpdmn({"run", "busybox"})}) {
    EXPECT_EQ(said.err, "");
    EXPECT_EQ(said.out, "");
  }
}

// What standard error, being a terminal, was sent.
std::string terminal_output(const std::vector<std::string>& arguments) {
  const base::UniqueFd terminal(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  EXPECT_EQ(::grantpt(terminal.get()), 0);
  EXPECT_EQ(::unlockpt(terminal.get()), 0);
  std::array<char, 64> name{};
  EXPECT_EQ(::ptsname_r(terminal.get(), name.data(), name.size()), 0);
  const base::UniqueFd ours = base::open_file(name.data(), O_RDWR | O_NOCTTY);
  const base::UniqueFd null = base::open_file("/dev/null", O_WRONLY);
  const World world{.input = 0, .output = null.get(), .error = ours.get(), .now = test_now};
  EXPECT_EQ(run_app(frontends::docker_personality("vdkr"), arguments, world), 0);
  base::set_nonblocking(terminal.get(), true);
  std::string text;
  std::array<std::byte, 4096> buffer{};
  while (const auto count = base::read_some(terminal.get(), buffer))
    text.append(reinterpret_cast<const char*>(buffer.data()), *count);
  return text;
}

TEST_F(RunTest, OnATerminalProgressIsShownUnlessQuiet) {
  fake::world().progress = [](base::Progress& progress) {
    progress.message("Unable to find image 'busybox:latest' locally");
    progress.update("aaaaaaaaaaaa", "Pull complete", 0, 0);
  };
  const std::string text = terminal_output({"run", "busybox"});
  EXPECT_NE(text.find("Unable to find image 'busybox:latest' locally"), std::string::npos) << text;
  EXPECT_NE(text.find("aaaaaaaaaaaa: Pull complete"), std::string::npos) << text;
  EXPECT_EQ(terminal_output({"run", "-q", "busybox"}), "");
}

}  // namespace
}  // namespace cli
