#include "tests/cli/app_fixture.h"

#include <fcntl.h>

#include <csignal>

#include "base/file.h"
#include "base/log.h"

namespace cli {
namespace {

TEST_F(AppTest, WithoutACommandItShowsHelp) {
  const Said said = vdkr({});
  EXPECT_EQ(said.code, 0);
  EXPECT_TRUE(said.out.starts_with("Usage:  vdkr [OPTIONS] COMMAND\n"));
  EXPECT_EQ(said.err, "");
  EXPECT_EQ(vdkr({"--help"}).out, said.out);
  EXPECT_EQ(vdkr({"-h"}).out, said.out);
  EXPECT_EQ(vdkr({"help"}).out, said.out);
}

TEST_F(AppTest, TheVersionIsOneLine) {
  EXPECT_EQ(vdkr({"--version"}).out, "vdkr version " VXN_VERSION "\n");
  EXPECT_EQ(vpdmn({"-v"}).out, "vpdmn version " VXN_VERSION "\n");
}

struct Refusal {
  std::vector<std::string> arguments;
  int docker_code;
  std::string docker;
  int podman_code;
  std::string podman;
};

TEST_F(AppTest, RefusalsAreEachToolsOwn) {
  const std::vector<Refusal> cases = {
      {{"foo"},
       1,
       "vdkr: 'foo' is not a vdkr command.\nSee 'vdkr --help'\n",
       125,
       "Error: unrecognized command `vpdmn foo`\nTry 'vpdmn --help' for more information\n"},
      {{"imges"},
       1,
       "vdkr: 'imges' is not a vdkr command.\nSee 'vdkr --help'\n\nDid you mean this?\n\timages\n"
       "\timage\n\n",
       125,
       "Error: unrecognized command `vpdmn imges`\n\nDid you mean this?\n\timages\n\timage\n\nTry "
       "'vpdmn --help' for more information\n"},
      {{"image", "frob"},
       1,
       "vdkr: 'image frob' is not a vdkr command.\nSee 'vdkr --help'\n",
       125,
       "Error: unrecognized command `vpdmn image frob`\nTry 'vpdmn --help' for more information\n"},
      {{"--foo", "ps"},
       125,
       "unknown flag: --foo\nSee 'vdkr --help'.\n",
       125,
       "Error: unknown flag: --foo\nSee 'vpdmn --help'\n"},
      {{"run", "--foo", "busybox"},
       125,
       "unknown flag: --foo\nSee 'vdkr run --help'.\n",
       125,
       "Error: unknown flag: --foo\nSee 'vpdmn run --help'\n"},
      {{"run", "-iZ", "busybox"},
       125,
       "unknown shorthand flag: 'Z' in -Z\nSee 'vdkr run --help'.\n",
       125,
       "Error: unknown shorthand flag: 'Z' in -Z\nSee 'vpdmn run --help'\n"},
      {{"run", "-m", "1x", "busybox"},
       125,
       "invalid argument \"1x\" for \"-m, --memory\" flag: invalid size: '1x'\n"
       "See 'vdkr run --help'.\n",
       125,
       "Error: invalid argument \"1x\" for \"-m, --memory\" flag: invalid size: '1x'\n"
       "See 'vpdmn run --help'\n"},
      {{"ps", "x"},
       1,
       "\"vdkr ps\" accepts no arguments.\nSee 'vdkr ps --help'.\n\nUsage:  vdkr ps [OPTIONS]\n\n"
       "List containers\n",
       125,
       "Error: `vpdmn ps` takes no arguments\n"},
      {{"container", "ls", "x"},
       1,
       "\"vdkr container ls\" accepts no arguments.\nSee 'vdkr container ls --help'.\n\n"
       "Usage:  vdkr container ls [OPTIONS]\n\nList containers\n",
       125,
       "Error: `vpdmn container ls` takes no arguments\n"},
      {{"run", "--rm"},
       1,
       "\"vdkr run\" requires at least 1 argument.\nSee 'vdkr run --help'.\n\nUsage:  vdkr run "
       "[OPTIONS] IMAGE [COMMAND] [ARG...]\n\nCreate and run a new container from an image\n",
       125,
       "Error: requires at least 1 arg(s), only received 0\n"},
      {{"pull", "a", "b"},
       1,
       "\"vdkr pull\" requires exactly 1 argument.\nSee 'vdkr pull --help'.\n\nUsage:  vdkr pull "
       "[OPTIONS] NAME[:TAG|@DIGEST]\n\nDownload an image from a registry\n",
       125,
       "Error: accepts 1 arg(s), received 2\n"},
      {{"images", "a", "b"},
       1,
       "\"vdkr images\" requires at most 1 argument.\nSee 'vdkr images --help'.\n\nUsage:  vdkr "
       "images [OPTIONS] [REPOSITORY[:TAG]]\n\nList images\n",
       125,
       "Error: accepts at most 1 arg(s), received 2\n"},
      {{"help", "frob"}, 1, "unknown help topic: frob\n", 125, "Error: unknown help topic: frob\n"},
  };
  for (const Refusal& expected : cases) {
    SCOPED_TRACE(testing::PrintToString(expected.arguments));
    const Said docker = vdkr(expected.arguments);
    EXPECT_EQ(docker.err, expected.docker);
    EXPECT_EQ(docker.code, expected.docker_code);
    EXPECT_EQ(docker.out, "");
    const Said podman = vpdmn(expected.arguments);
    EXPECT_EQ(podman.err, expected.podman);
    EXPECT_EQ(podman.code, expected.podman_code);
    EXPECT_EQ(podman.out, "");
  }
}

TEST_F(AppTest, GroupsListTheirCommands) {
  const Said said = vdkr({"image"});
  EXPECT_EQ(said.code, 0);
  EXPECT_NE(said.out.find("  ls          List images\n"), std::string::npos) << said.out;
  EXPECT_EQ(vdkr({"image", "--help"}).out, said.out);
  EXPECT_EQ(vdkr({"help", "image"}).out, said.out);
}

TEST_F(AppTest, OptionsAreNeverReadAcrossTheirBorders) {
  // Those after the command are the command's, those after IMAGE the container's.
  EXPECT_EQ(vdkr({"ps", "--version"}).err, "unknown flag: --version\nSee 'vdkr ps --help'.\n");
  EXPECT_EQ(
      vdkr({"run", "-i", "busybox", "--version", "-it", "--rm", "-h", "--config", "x", "--"}).code,
      0);
  EXPECT_EQ(fake::world().created->command,
            (std::vector<std::string>{"--version", "-it", "--rm", "-h", "--config", "x", "--"}));
  EXPECT_FALSE(fake::world().created->auto_remove);
  EXPECT_TRUE(fake::world().created->interactive);
}

TEST_F(AppTest, GlobalOptionsBecomeSettings) {
  EXPECT_EQ(vdkr({"--data-root", "/tmp/data/../store", "--run-root=/tmp/run", "--registry",
                  "registry.example:5000", "--insecure-registry", "a", "--insecure-registry=b:1",
                  "--ca-cert", "/tmp/ca.pem", "-a", "arm64", "ps"})
                .err,
            "");
  const engine::Settings& settings = fake::world().settings;
  EXPECT_EQ(settings.data_root, "/tmp/store");
  EXPECT_EQ(settings.run_root, "/tmp/run");
  EXPECT_EQ(settings.registry, "registry.example:5000");
  EXPECT_EQ(settings.insecure_registries, (std::vector<std::string>{"a", "b:1"}));
  EXPECT_EQ(settings.ca_file, "/tmp/ca.pem");
  EXPECT_EQ(settings.arch, "arm64");
}

TEST_F(AppTest, ConfigIsAFileOfCredentialsOrItsDirectory) {
  const base::TempDir directory("/tmp", "vxn-config");
  const std::string file = directory.path() + "/config.json";
  EXPECT_EQ(vdkr({"--config", directory.path(), "ps"}).code, 0);
  EXPECT_EQ(fake::world().settings.credentials_file, "");
  base::replace_file(file, "{}");
  for (const std::string& path : {directory.path(), file}) {
    EXPECT_EQ(vdkr({"--config", path, "ps"}).code, 0);
    EXPECT_EQ(fake::world().settings.credentials_file, file);
  }
  EXPECT_EQ(vdkr({"--config", "/nonexistent/x", "ps"}).code, 125);
}

TEST_F(AppTest, CredentialsAreFoundWhereEachToolKeepsThem) {
  const base::TempDir home("/tmp", "vxn-home");
  ::setenv("HOME", home.path().c_str(), 1);
  ::unsetenv("DOCKER_CONFIG");
  ::unsetenv("REGISTRY_AUTH_FILE");
  ::setenv("XDG_RUNTIME_DIR", (home.path() + "/run").c_str(), 1);
  const auto used = [](const Said& said) {
    EXPECT_EQ(said.code, 0) << said.err;
    return fake::world().settings.credentials_file;
  };
  EXPECT_EQ(used(vdkr({"ps"})), "");
  base::make_directories(home.path() + "/.docker");
  base::make_directories(home.path() + "/run/containers");
  const std::string docker = home.path() + "/.docker/config.json";
  const std::string podman = home.path() + "/run/containers/auth.json";
  base::replace_file(docker, "{}");
  EXPECT_EQ(used(vdkr({"ps"})), docker);
  EXPECT_EQ(used(vpdmn({"ps"})), docker);
  base::replace_file(podman, "{}");
  EXPECT_EQ(used(vdkr({"ps"})), docker);
  EXPECT_EQ(used(vpdmn({"ps"})), podman);
  EXPECT_EQ(used(vpdmn({"--config", home.path(), "ps"})), "");
  ::unsetenv("XDG_RUNTIME_DIR");
}

TEST_F(AppTest, PodmansNamesOfTheRootsAreUnderstood) {
  EXPECT_EQ(vpdmn({"--root", "/tmp/data", "--runroot", "/tmp/run", "ps"}).code, 0);
  EXPECT_EQ(fake::world().settings.data_root, "/tmp/data");
  EXPECT_EQ(fake::world().settings.run_root, "/tmp/run");
}

TEST_F(AppTest, DebugIsTurnedOnBeforeTheCommandOnly) {
  base::set_log_level(base::LogLevel::warning);
  EXPECT_EQ(vdkr({"ps", "-D"}).code, 125);
  EXPECT_EQ(base::log_level(), base::LogLevel::warning);
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"-D"}, {"--debug"}, {"--verbose"}, {"-l", "debug"}}) {
    std::vector<std::string> arguments = words;
    arguments.emplace_back("ps");
    EXPECT_EQ(vdkr(arguments).code, 0);
    EXPECT_EQ(base::log_level(), base::LogLevel::debug);
    base::set_log_level(base::LogLevel::warning);
  }
  EXPECT_EQ(vdkr({"-l", "loud", "ps"}).code, 125);
}

TEST_F(AppTest, OptionsOfTheEarlierImplementationAreHonouredOrRefusedWithAReason) {
  for (const char* option :
       {"--no-daemon", "--instance=x", "-Ix", "--secure-registry", "--no-registry", "--verbose"}) {
    EXPECT_EQ(vdkr({option, "ps"}).code, 0) << option;
    base::set_log_level(base::LogLevel::warning);
  }
  for (const char* option :
       {"--config-dir", "--state-dir", "--blob-dir", "--stateless", "--storage", "--input-storage",
        "--no-network", "--no-kvm", "--registry-user", "--registry-password", "--registry-pass",
        "-it", "--interactive", "-H", "--context"}) {
    const Said said = vdkr({option, "x", "ps"});
    EXPECT_EQ(said.code, 125) << option;
    EXPECT_EQ(said.err.find("unknown"), std::string::npos) << said.err;
    EXPECT_TRUE(said.err.ends_with("\nSee 'vdkr --help'.\n")) << said.err;
  }
}

TEST_F(AppTest, AFailureIsOneLineAndEachToolsCode) {
  fake::world().failure = base::Error("pulling busybox: it is gone");
  Said said = vdkr({"pull", "-q", "busybox"});
  EXPECT_EQ(said.err, "vdkr: pulling busybox: it is gone\n");
  EXPECT_EQ(said.code, 1);
  fake::world().failure = base::Error("pulling busybox: it is gone");
  said = vpdmn({"pull", "-q", "busybox"});
  EXPECT_EQ(said.err, "Error: pulling busybox: it is gone\n");
  EXPECT_EQ(said.code, 125);
}

TEST_F(AppTest, AnInterruptIsToldByTheExitStatus) {
  fake::world().failure = base::Error(base::ErrorKind::interrupted, "interrupted");
  EXPECT_EQ(vdkr({"pull", "-q", "busybox"}).code, 130);
  fake::world().failure = base::Error(base::ErrorKind::interrupted, "interrupted");
  fake::world().progress = [](base::Progress&) { EXPECT_EQ(::raise(SIGTERM), 0); };
  EXPECT_EQ(vdkr({"pull", "-q", "busybox"}).code, 143);
}

TEST_F(AppTest, OutputThatCannotBeWrittenIsAFailure) {
  const base::UniqueFd full = base::open_file("/dev/full", O_WRONLY);
  const base::UniqueFd err = base::memory_file("err");
  const World world{.input = 0, .output = full.get(), .error = err.get(), .now = test_now};
  const Personality docker = frontends::docker_personality("vdkr");
  for (const char* word : {"--version", "--help", "ps", "version", "doctor", "help"}) {
    fake::world().reports = {{.what = "x"}};
    EXPECT_EQ(run_app(docker, std::vector<std::string>{word}, world), 1) << word;
  }
  base::rewind(err.get());
  constexpr std::size_t limit = 4096;
  EXPECT_TRUE(base::read_to_end(err.get(), limit).starts_with("vdkr: standard output: writing: "));
}

TEST_F(AppTest, DoctorFailsWhereSomethingIsWrongAndNamesTheRemedy) {
  fake::world().reports = {{.what = "hypervisor", .ok = true, .found = "Xen 4.17.5"},
                           {.what = "disk", .ok = true, .found = "12GB free"}};
  Said said = vdkr({"doctor"});
  EXPECT_EQ(said.code, 0);
  EXPECT_EQ(said.out, "ok     hypervisor  Xen 4.17.5\nok     disk        12GB free\n");
  fake::world().reports[1] = {.what = "disk", .ok = false, .found = "full", .remedy = "free some"};
  said = vdkr({"doctor"});
  EXPECT_EQ(said.code, 1);
  EXPECT_EQ(said.out,
            "ok     hypervisor  Xen 4.17.5\n"
            "WRONG  disk        full\n"
            "                   remedy: free some\n");
}

}  // namespace
}  // namespace cli
