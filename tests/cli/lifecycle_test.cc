#include <csignal>

#include "base/text.h"
#include "tests/cli/app_fixture.h"

namespace cli {
namespace {

class LifecycleTest : public AppTest {
 protected:
  LifecycleTest() {
    fake::world().containers = {
        fake::container("web", engine::Running{}, before_now(60)),
        fake::container("done", engine::Exited{.code = 3}, before_now(61)),
    };
  }
  static std::vector<std::string> orders() { return std::exchange(fake::world().orders, {}); }
};

using Words = std::vector<std::string>;

TEST_F(LifecycleTest, ADetachedRunPrintsTheIdOnceItRuns) {
  const Said said = vdkr({"run", "-d", "--rm", "busybox", "sleep", "9"});
  EXPECT_EQ(said.err, "");
  EXPECT_EQ(said.code, 0);
  EXPECT_EQ(said.out, fake::container("made", engine::Created{}, {}).config.id + "\n");
  EXPECT_EQ(fake::world().start_kind, engine::StartKind::detached);
  EXPECT_FALSE(fake::world().stdio);
  EXPECT_TRUE(fake::world().created->provisional && fake::world().created->auto_remove);
}

TEST_F(LifecycleTest, ADetachedRunThatCannotStartSaysWhyAsAnAttachedOneDoes) {
  fake::world().start_failure = engine::StartFailure{
      .code = 127, .stage = "exec", .error_number = ENOENT, .text = "exec: \"nil\": not found"};
  const Said docker = vdkr({"run", "-d", "busybox", "nil"});
  EXPECT_EQ(docker.code, 127);
  EXPECT_EQ(docker.out, "");
  EXPECT_EQ(docker.err,
            "vdkr: unable to start container process: exec: \"nil\": not found: unknown.\n");
  const Said podman = vpdmn({"run", "-d", "busybox", "nil"});
  EXPECT_EQ(podman.code, 127);
  EXPECT_TRUE(podman.err.starts_with("Error: crun: executable file `nil` not found")) << podman.err;
}

TEST_F(LifecycleTest, CreateMakesOneThatStays) {
  const Said said = vdkr({"create", "--name", "x1", "--stop-signal", "usr1", "--stop-timeout=-1",
                          "busybox", "sleep", "9"});
  EXPECT_EQ(said.code, 0);
  EXPECT_EQ(said.out, fake::container("made", engine::Created{}, {}).config.id + "\n");
  EXPECT_FALSE(fake::world().created->provisional);
  EXPECT_EQ(fake::world().created->stop_signal, SIGUSR1);
  EXPECT_EQ(fake::world().created->stop_timeout, -1);
  EXPECT_EQ(orders(), Words{});
}

TEST_F(LifecycleTest, NamesAreEchoedAndEachIsTried) {
  const std::string web = fake::world().containers[0].config.id;
  Said said = vdkr({"start", "web", "nil", "done"});
  EXPECT_EQ(said.out, "web\ndone\n");
  EXPECT_EQ(said.err, "Error: No such container: nil\n");
  EXPECT_EQ(said.code, 1);
  said = vpdmn({"stop", "-t", "3", "nil", "web"});
  EXPECT_EQ(said.out, "web\n");
  EXPECT_EQ(said.err, "Error: no container with name or ID \"nil\" found: no such container\n");
  EXPECT_EQ(said.code, 125);
  EXPECT_EQ(fake::world().stop.seconds, 3);
  EXPECT_EQ(fake::world().stop.signal, std::nullopt);
  orders();
  said = vdkr({"restart", "--signal", "INT", "--timeout", "0", "web"});
  EXPECT_EQ(said.out, "web\n");
  EXPECT_EQ(fake::world().stop.signal, SIGINT);
  EXPECT_EQ(fake::world().stop.seconds, 0);
  EXPECT_EQ(orders(), (Words{"stop web", "start " + web}));
}

TEST_F(LifecycleTest, WaitPrintsExitStatuses) {
  const Said said = vdkr({"wait", "done", "web"});
  EXPECT_EQ(said.out, "3\n0\n");
  EXPECT_EQ(said.code, 0);
}

TEST_F(LifecycleTest, OnlyWhatRunsCanBeKilled) {
  EXPECT_EQ(vdkr({"kill", "-s", "HUP", "web"}).out, "web\n");
  EXPECT_EQ(vdkr({"kill", "web"}).code, 0);
  EXPECT_EQ(orders(), (Words{"kill web 1", "kill web 9"}));
  const std::string id = fake::world().containers[1].config.id;
  const Said docker = vdkr({"kill", "done"});
  EXPECT_EQ(docker.code, 1);
  EXPECT_EQ(docker.err,
            "Error: Cannot kill container: done: Container " + id + " is not running\n");
  const Said podman = vpdmn({"kill", "done"});
  EXPECT_EQ(podman.code, 125);
  EXPECT_EQ(podman.err, "Error: can only kill running containers. " + id +
                            " is in state exited: container state improper\n");
}

TEST_F(LifecycleTest, PauseAndUnpauseTakeSeveral) {
  EXPECT_EQ(vdkr({"pause", "web", "done"}).out, "web\ndone\n");
  EXPECT_EQ(vpdmn({"container", "unpause", "web"}).out, "web\n");
  EXPECT_EQ(orders(), (Words{"pause web", "pause done", "unpause web"}));
  fake::world().failure = base::Error("Container 1 is not paused");
  const Said said = vdkr({"unpause", "web"});
  EXPECT_EQ(said.code, 1);
  EXPECT_EQ(said.err, "Error: Container 1 is not paused\n");
}

TEST_F(LifecycleTest, ANameIsChangedWhereItIsFree) {
  const std::string id = fake::world().containers[0].config.id;
  Said said = vdkr({"rename", "web", "web-old"});
  EXPECT_EQ(said.code, 0);
  EXPECT_EQ(said.out + said.err, "");
  EXPECT_EQ(orders(), Words{"rename " + id + " web-old"});
  EXPECT_EQ(vdkr({"rename", "web", "a b"}).code, 1);
  EXPECT_EQ(vdkr({"rename", "nil", "a1"}).code, 1);
  EXPECT_EQ(vdkr({"rename", "web"}).code, 1);
  EXPECT_EQ(orders(), Words{});
  fake::world().failure = base::Error(base::ErrorKind::already_exists, "Conflict");
  said = vdkr({"rename", "web", "done"});
  EXPECT_EQ(said.code, 1);
  EXPECT_NE(said.err.find("is already in use by container"), std::string::npos) << said.err;
}

TEST_F(LifecycleTest, PruneRemovesWhatDoesNotRun) {
  std::vector<std::string> stopped;
  std::string lines;
  for (const engine::Container& container : fake::world().containers)
    if (engine::state_name(container.state) != "running") {
      stopped.push_back(container.config.id);
      lines += container.config.id + "\n";
    }
  ASSERT_FALSE(stopped.empty());
  const Said docker = vdkr({"container", "prune", "-f"});
  EXPECT_EQ(docker.out, "Deleted Containers:\n" + lines + "\nTotal reclaimed space: " +
                            base::human_size(1'000'000 * stopped.size(), 4) + "\n");
  EXPECT_EQ(fake::world().removals, stopped);
  fake::world().removals.clear();
  EXPECT_EQ(vpdmn({"container", "prune", "--force"}).out, lines);
  fake::world().removals.clear();
  EXPECT_EQ(vdkr({"container", "prune", "-f", "--filter", "label=no=such"}).out,
            "Total reclaimed space: 0B\n");
  EXPECT_EQ(vdkr({"container", "prune", "-f", "--filter", "until=1"}).out,
            "Total reclaimed space: 0B\n");
  EXPECT_EQ(vdkr({"container", "prune", "-f", "--filter", "until=x"}).code, 125);
  EXPECT_EQ(vdkr({"container", "prune", "-f", "--filter", "name=x"}).code, 125);
  EXPECT_TRUE(fake::world().removals.empty());
  EXPECT_EQ(vdkr({"prune"}).code, 1) << "it is in a group only";
}

TEST_F(LifecycleTest, SignalsAndTimesThatAreNoneAreRefused) {
  for (const Words& words : {Words{"kill", "-s", "NOISE", "web"}, Words{"stop", "-t", "-2", "web"},
                             Words{"stop", "-t", "x", "web"}, Words{"stop", "-s", "", "web"},
                             Words{"create", "--stop-signal", "0x", "busybox"}}) {
    const Said said = vdkr(words);
    EXPECT_EQ(said.code, 125) << testing::PrintToString(words);
    EXPECT_NE(said.err.find("invalid argument"), std::string::npos) << said.err;
  }
  EXPECT_EQ(orders(), Words{});
}

TEST_F(LifecycleTest, StartAttachesOneAtATime) {
  fake::world().container_output = "hello";
  fake::world().outcome.code = 7;
  fake::world().containers[1].config.interactive = true;
  Said said = vdkr({"start", "-ai", "done"});
  EXPECT_EQ(said.code, 7);
  EXPECT_EQ(said.out, "hello");
  EXPECT_EQ(fake::world().stdio->input, 0);
  said = vdkr({"start", "-a", "done"});
  EXPECT_EQ(fake::world().stdio->input, -1);
  said = vdkr({"start", "-a", "done", "web"});
  EXPECT_EQ(said.code, 1);
  EXPECT_EQ(said.err, "vdkr: you cannot start and attach multiple containers at once\n");
}

}  // namespace
}  // namespace cli
