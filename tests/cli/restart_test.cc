// --restart, and what it makes of the verbs.
#include "tests/cli/app_fixture.h"

namespace cli {
namespace {

using When = engine::RestartPolicy::When;
using Words = std::vector<std::string>;

class RestartTest : public AppTest {
 protected:
  RestartTest() {
    engine::Exited waiting{.code = 3, .started = before_now(9), .finished = before_now(5)};
    waiting.restarting_in = "this boot";
    waiting.restarts = 2;
    fake::world().containers = {
        fake::container("web", engine::Running{.started = before_now(60)}, before_now(60)),
        fake::container("done", engine::Exited{.code = 3}, before_now(61)),
        fake::container("flaky", waiting, before_now(62)),
    };
    fake::world().containers[1].config.restart = {.when = When::always};
    fake::world().containers[2].config.restart = {.when = When::on_failure, .most = 5};
  }
  static Words orders() { return std::exchange(fake::world().orders, {}); }
  static const std::string& id(std::size_t at) { return fake::world().containers[at].config.id; }
};

TEST_F(RestartTest, EveryPolicyIsTaken) {
  struct Case {
    const char* value;
    When when;
    unsigned most;
  };
  for (const Case& c : std::vector<Case>{{"no", When::no, 0},
                                         {"", When::no, 0},
                                         {"always", When::always, 0},
                                         {"unless-stopped", When::unless_stopped, 0},
                                         {"on-failure", When::on_failure, 0},
                                         {"on-failure:3", When::on_failure, 3}}) {
    ASSERT_EQ(vdkr({"create", std::string("--restart=") + c.value, "busybox"}).code, 0) << c.value;
    EXPECT_EQ(fake::world().created->restart.when, c.when) << c.value;
    EXPECT_EQ(fake::world().created->restart.most, c.most) << c.value;
  }
}

TEST_F(RestartTest, WhatIsNoPolicyIsRefusedInEachToolsWords) {
  struct Case {
    Words options;
    const char* docker;
    const char* podman;
  };
  for (const Case& c : std::vector<Case>{
           {{"--restart", "foo"},
            "invalid restart policy 'foo'",
            "\"foo\" is not a valid restart policy: invalid argument"},
           {{"--restart", "on-failure:x"},
            "maximum retry count must be an integer, not 'x'",
            "parsing restart policy retry count: \"x\" is not a number"},
           {{"--restart", "always:3"},
            "maximum retry count cannot be used with restart policy 'always'",
            "restart policy retries can only be specified with on-failure restart policy"},
           {{"--restart", "always", "--rm"},
            "Conflicting options: --restart and --rm",
            "the --rm option conflicts with --restart, when the restartPolicy is not \"\" and "
            "\"no\""}}) {
    Words words = {"run"};
    words.insert(words.end(), c.options.begin(), c.options.end());
    words.emplace_back("busybox");
    const Said docker = vdkr(words);
    EXPECT_EQ(docker.code, 125);
    EXPECT_EQ(docker.err, std::string("vdkr: ") + c.docker + "\n");
    EXPECT_EQ(vpdmn(words).err, std::string("Error: ") + c.podman + "\n");
    EXPECT_FALSE(fake::world().created);
  }
  EXPECT_EQ(vdkr({"run", "--rm", "--restart", "no", "busybox"}).code, 0);
}

TEST_F(RestartTest, OneThatWaitsForItsNextStartCountsAsRunning) {
  EXPECT_EQ(vdkr({"ps", "--format", "{{.Names}} {{.State}} {{.Status}}"}).out,
            "web running Up About a minute\nflaky restarting Restarting (3) 5 seconds ago\n");
  EXPECT_EQ(vdkr({"ps", "-q", "-f", "status=restarting"}).out,
            vdkr({"ps", "-q", "-f", "name=flaky"}).out);
  EXPECT_EQ(vdkr({"inspect", "-f",
                  "{{.State.Status}} {{.State.Running}} {{.State.Restarting}} {{.RestartCount}} "
                  "{{.HostConfig.RestartPolicy.Name}} "
                  "{{.HostConfig.RestartPolicy.MaximumRetryCount}}",
                  "flaky"})
                .out,
            "restarting true true 2 on-failure 5\n");
  EXPECT_EQ(vdkr({"container", "prune", "-f"}).code, 0);
  EXPECT_EQ(fake::world().removals, Words{id(1)});
}

TEST_F(RestartTest, ContainersAreChosenWithoutTheirNames) {
  EXPECT_EQ(vpdmn({"stop", "--all"}).out, id(0) + "\n" + id(2) + "\n");
  EXPECT_EQ(vpdmn({"start", "--all"}).out, id(1) + "\n");
  EXPECT_EQ(vpdmn({"start", "--all", "--filter", "should-start-on-boot=true"}).out, id(1) + "\n");
  EXPECT_EQ(vpdmn({"stop", "-a", "--filter", "restart-policy=on-failure"}).out, id(2) + "\n");
  EXPECT_EQ(vpdmn({"kill", "-l"}).out, id(0) + "\n");
  EXPECT_EQ(vpdmn({"pause", "-a"}).out, id(0) + "\n");
  EXPECT_EQ(vpdmn({"unpause", "-a"}).out, "");
  EXPECT_EQ(vpdmn({"rm", "-fa"}).out, id(0) + "\n" + id(1) + "\n" + id(2) + "\n");
}

TEST_F(RestartTest, NamesAndAChoiceExcludeEachOtherAndOneIsNeeded) {
  EXPECT_EQ(vdkr({"stop", "-a", "web"}).code, 1);
  EXPECT_EQ(vdkr({"stop", "-a", "web"}).err,
            "vdkr: no names are taken beside --all, --latest and --filter\n");
  EXPECT_EQ(vdkr({"stop"}).code, 1);
  EXPECT_EQ(orders(), Words{});
}

}  // namespace
}  // namespace cli
