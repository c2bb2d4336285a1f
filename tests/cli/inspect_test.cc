#include <nlohmann/json.hpp>

#include "base/json.h"
#include "tests/cli/app_fixture.h"

namespace cli {
namespace {

class InspectTest : public AppTest {
 protected:
  InspectTest() {
    engine::Container web = fake::container(
        "web", engine::Running{.boot_id = "", .started = before_now(60)}, before_now(90));
    web.config.argv = {"sh", "-c", "\xff"};
    web.config.env = {"A=1"};
    web.config.platform = "linux/amd64";
    web.config.terminal = true;
    web.config.memory = 64u << 20;
    fake::world().containers = {
        web, fake::container("done",
                             engine::Exited{.code = 3, .reason = engine::EndReason::out_of_memory},
                             before_now(91))};
  }
};

TEST_F(InspectTest, TellsWhatDockerTells) {
  const Said said = vdkr({"inspect", "web", "done"});
  EXPECT_EQ(said.err, "");
  EXPECT_EQ(said.code, 0);
  const base::Json all = base::parse_json(said.out, "inspect");
  ASSERT_EQ(all.size(), 2u);
  const base::Json& web = all[0];
  const std::string id = fake::world().containers[0].config.id;
  EXPECT_EQ(web["Id"], id);
  EXPECT_EQ(web["Name"], "/web");
  EXPECT_EQ(web["Path"], "sh");
  EXPECT_EQ(web["Args"], (base::Json{"-c", "\\xff"}));
  EXPECT_EQ(web["State"]["Status"], "running");
  EXPECT_EQ(web["State"]["Pid"], 4242);
  EXPECT_EQ(all[1]["State"]["Pid"], 0);
  EXPECT_EQ(web["State"]["StartedAt"], "2026-01-02T03:03:05.000000000Z");
  EXPECT_EQ(web["State"]["FinishedAt"], "0001-01-01T00:00:00Z");
  EXPECT_EQ(web["LogPath"], "/data/" + id + "/output.log");
  EXPECT_EQ(web["Image"], "sha256:" + std::string(64, 'b'));
  EXPECT_EQ(web["Platform"], "linux");
  EXPECT_EQ(web["Config"]["Tty"], true);
  EXPECT_EQ(web["Config"]["StopSignal"], "SIGTERM");
  EXPECT_EQ(web["HostConfig"]["Memory"], 64u << 20);
  EXPECT_EQ(web["HostConfig"]["LogConfig"]["Type"], "json-file");
  EXPECT_EQ(all[1]["State"]["ExitCode"], 3);
  EXPECT_EQ(all[1]["State"]["OOMKilled"], true);
}

TEST_F(InspectTest, AFormatPicksFields) {
  EXPECT_EQ(vdkr({"inspect", "-f", "{{.State.Status}} {{.Name}}", "web", "done"}).out,
            "running /web\nexited /done\n");
  EXPECT_EQ(
      vpdmn({"container", "inspect", "--type", "container", "-f", "{{.Name}} {{.Image}}", "web"})
          .out,
      "web " + std::string(64, 'b') + "\n");
}

TEST_F(InspectTest, WhatIsNotThereIsToldAfterWhatIs) {
  Said said = vdkr({"inspect", "-f", "{{.Name}}", "nil", "web"});
  EXPECT_EQ(said.code, 1);
  EXPECT_EQ(said.out, "/web\n");
  EXPECT_EQ(said.err, "Error: No such object: nil\n");
  said = vpdmn({"inspect", "nil"});
  EXPECT_EQ(said.code, 125);
  EXPECT_EQ(said.out, "[]\n");
  EXPECT_EQ(said.err, "Error: no such object: \"nil\"\n");
  EXPECT_EQ(vdkr({"inspect", "--type", "tea", "x"}).code, 125);
}

}  // namespace
}  // namespace cli
