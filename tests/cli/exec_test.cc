#include <cerrno>
#include <cstdlib>

#include "tests/cli/app_fixture.h"

namespace cli {
namespace {

class ExecTest : public AppTest {
 protected:
  ExecTest() {
    fake::world().containers = {
        fake::container("web", engine::Running{}, before_now(60)),
        fake::container("done", engine::Exited{.code = 3}, before_now(61)),
    };
  }
};

TEST_F(ExecTest, EveryOptionReachesTheEngine) {
  ::setenv("OURS", "ours", 1);
  fake::world().outcome.code = 9;
  const Said said = vdkr({"exec", "-i", "-e", "A=1", "--env", "OURS", "-u", "1:2", "-w", "/srv",
                          "web", "sh", "-c", "-e", ""});
  EXPECT_EQ(said.err, "");
  EXPECT_EQ(said.code, 9);
  const engine::ExecRequest& request = fake::world().exec;
  EXPECT_EQ(request.command, (std::vector<std::string>{"sh", "-c", "-e", ""}));
  EXPECT_EQ(request.env, (std::vector<std::string>{"A=1", "OURS=ours"}));
  EXPECT_EQ(request.user, "1:2");
  EXPECT_EQ(request.working_directory, "/srv");
  EXPECT_TRUE(request.interactive);
  EXPECT_FALSE(request.terminal);
  EXPECT_EQ(fake::world().stdio->input, 0);
  EXPECT_FALSE(fake::world().stdio->proxy_signals);
}

TEST_F(ExecTest, WithoutInteractiveNobodyReadsOurInput) {
  EXPECT_EQ(vdkr({"exec", "-t", "web", "ls"}).code, 0);
  EXPECT_EQ(fake::world().stdio->input, -1);
  EXPECT_TRUE(fake::world().exec.terminal);
}

TEST_F(ExecTest, ADetachedOneSaysNothing) {
  const Said said = vpdmn({"exec", "-d", "web", "true"});
  EXPECT_EQ(said.code, 0);
  EXPECT_EQ(said.out + said.err, "");
  EXPECT_EQ(fake::world().orders, std::vector<std::string>{"exec -d web"});
  fake::world().start_failure = engine::StartFailure{
      .code = 127, .stage = "exec", .error_number = ENOENT, .text = "exec: \"nil\": not found"};
  EXPECT_EQ(vdkr({"exec", "-d", "web", "nil"}).code, 127);
}

TEST_F(ExecTest, WhatCannotBeStartedHasTheCodeOfRun) {
  fake::world().outcome.failure = engine::StartFailure{
      .code = 127, .stage = "exec", .error_number = ENOENT, .text = "exec: \"nil\": not found"};
  const Said said = vdkr({"exec", "web", "nil"});
  EXPECT_EQ(said.code, 127);
  EXPECT_EQ(said.err,
            "vdkr: unable to start container process: exec: \"nil\": not found: unknown.\n");
}

TEST_F(ExecTest, OnlyInWhatRuns) {
  const std::string id = fake::world().containers[1].config.id;
  Said said = vdkr({"exec", "done", "ls"});
  EXPECT_EQ(said.code, 1);
  EXPECT_EQ(said.err, "vdkr: Container " + id + " is not running\n");
  said = vpdmn({"exec", "done", "ls"});
  EXPECT_EQ(said.code, 255);
  EXPECT_EQ(said.err,
            "Error: can only create exec sessions on running containers: container state "
            "improper\n");
  EXPECT_EQ(vdkr({"exec", "nil", "ls"}).err, "vdkr: No such container: nil\n");
  EXPECT_EQ(vdkr({"exec", "web"}).code, 1);
  EXPECT_TRUE(fake::world().orders.empty());
}

}  // namespace
}  // namespace cli
