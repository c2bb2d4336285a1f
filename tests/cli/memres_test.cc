// vmemres, vconfig, vstorage, and the choice of an isolation.
#include <gtest/gtest.h>
#include <stdlib.h>

#include "base/file.h"
#include "tests/cli/app_fixture.h"

namespace cli {
namespace {

class MemresTest : public AppTest {
 protected:
  static engine::InstanceInfo sample() {
    engine::InstanceInfo info;
    info.instance.config = {.name = "default",
                            .memory = 512u << 20,
                            .vcpus = 2,
                            .slots = 64,
                            .idle = std::chrono::seconds(1800),
                            .guest_type = "",
                            .kernel = "k1",
                            .kernel_arguments = ""};
    info.instance.started = before_now(300);
    info.instance.ready = true;
    info.containers = {"web", "db"};
    info.used_slots = 2;
    return info;
  }
};

TEST_F(MemresTest, StartPassesOnWhatIsSaidAndNothingElse) {
  const Said said = vdkr({"vmemres", "start"});
  EXPECT_EQ(said.out, "memres \"default\" is running\n");
  EXPECT_FALSE(fake::world().instance->memory);
  EXPECT_FALSE(fake::world().instance->idle);
  EXPECT_EQ(vpdmn({"memres", "start", "-I", "ci", "-m", "2g", "--vcpus", "4", "--slots", "9",
                   "--idle-timeout", "0", "--kernel", "k2", "--xen-type", "pvh"})
                .out,
            "memres \"ci\" is running\n");
  const engine::InstanceRequest& asked = *fake::world().instance;
  EXPECT_EQ(asked.name, "ci");
  EXPECT_EQ(asked.memory, 2ull << 30);
  EXPECT_EQ(asked.vcpus, 4u);
  EXPECT_EQ(asked.slots, 9u);
  EXPECT_EQ(asked.idle, std::chrono::seconds(0));
  EXPECT_EQ(asked.kernel, "k2");
  EXPECT_EQ(asked.guest_type, "pvh");
}

TEST_F(MemresTest, StartOfOneThatRunsAndStopOfOneThatDoesNotAreFine) {
  EXPECT_EQ(vdkr({"vmemres", "stop"}).out, "memres \"default\" was not running\n");
  fake::world().instances = {sample()};
  EXPECT_EQ(vdkr({"vmemres", "start"}).out, "memres \"default\" is running already\n");
  EXPECT_EQ(vdkr({"vmemres", "stop", "-t", "3"}).out, "memres \"default\" is stopped\n");
  EXPECT_EQ(fake::world().orders.back(), "stop-memres  3");
}

TEST_F(MemresTest, NonsenseIsRefused) {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"vmemres", "start", "-m", "1m"},
                                             {"vmemres", "start", "-m", "x"},
                                             {"vmemres", "start", "--slots", "0"},
                                             {"vmemres", "start", "--slots", "513"},
                                             {"vmemres", "start", "--idle-timeout", "-1"},
                                             {"vmemres", "start", "--xen-type", "hvm"},
                                             {"vmemres", "stop", "-t", "soon"},
                                             {"run", "--isolation", "process", "busybox"}}) {
    EXPECT_NE(vdkr(words).code, 0) << words[1];
    EXPECT_FALSE(fake::world().instance);
  }
}

TEST_F(MemresTest, StatusTellsWhatTheGuestSaysWhereItDoes) {
  EXPECT_EQ(vdkr({"vmemres", "status"}).code, 1);
  engine::InstanceInfo info = sample();
  fake::world().instances = {info};
  EXPECT_EQ(vdkr({"vmemres", "status", "--format", "{{.Names}} {{.UsedSlots}}/{{.Slots}}"}).out,
            "web,db 2/64\n");
  EXPECT_NE(vdkr({"vmemres", "status"}).out.find("Protocol:     host 1, guest unknown\n"),
            std::string::npos);
  info.use = {.containers = 2,
              .memory_total = 480'000'000,
              .memory_available = 400'000'000,
              .up = std::chrono::seconds(299),
              .idle_left = std::chrono::seconds(1800),
              .lowest_version = 1,
              .highest_version = 1};
  info.room = memres::Room{62, "slots"};
  fake::world().instances = {info};
  const std::string text = vdkr({"vmemres", "status"}).out;
  EXPECT_NE(text.find("(80MB of 480MB used)"), std::string::npos) << text;
  EXPECT_NE(text.find("room for 62 more, by its slots\n"), std::string::npos) << text;
  EXPECT_NE(text.find("Idle timeout: 1800 s, 1800 s left\n"), std::string::npos) << text;
}

TEST_F(MemresTest, ListIsATable) {
  EXPECT_EQ(vdkr({"vmemres", "list"}).out.substr(0, 4), "NAME");
  fake::world().instances = {sample()};
  EXPECT_EQ(vdkr({"memres", "ls", "-q"}).out, "default\n");
  EXPECT_NE(vpdmn({"vmemres", "list"}).out.find("vxn-memres-default"), std::string::npos);
}

TEST_F(MemresTest, AnIsolationIsAskedForOrLeftToTheSettings) {
  vdkr({"run", "busybox"});
  EXPECT_FALSE(fake::world().created->isolation);
  vdkr({"run", "--isolation", "memres", "--instance", "ci", "busybox"});
  EXPECT_EQ(fake::world().created->isolation, engine::Isolation::memres);
  EXPECT_EQ(fake::world().created->instance, "ci");
  vdkr({"run", "--isolation=default", "busybox"});
  EXPECT_FALSE(fake::world().created->isolation);
  vdkr({"--no-daemon", "-I", "other", "run", "busybox"});
  EXPECT_EQ(fake::world().settings.isolation, engine::Isolation::vm);
  EXPECT_EQ(fake::world().settings.instance, "other");
}

class ConfigTest : public AppTest {
 protected:
  ConfigTest() { setenv("XDG_CONFIG_HOME", place_.path().c_str(), 1); }
  ~ConfigTest() override { unsetenv("XDG_CONFIG_HOME"); }
  base::TempDir place_{::testing::TempDir(), "config"};
};

TEST_F(ConfigTest, ASettingIsWrittenReadAndTakenBack) {
  EXPECT_EQ(vdkr({"vconfig", "idle-timeout"}).out, "1800\n");
  EXPECT_EQ(vdkr({"vconfig", "idle-timeout", "60"}).out, "Set idle-timeout = 60\n");
  EXPECT_EQ(vdkr({"vconfig", "VXN_MEMORY", "64m"}).out, "Set memory = 64m\n");
  EXPECT_EQ(vdkr({"vconfig", "idle-timeout"}).out, "60\n");
  EXPECT_EQ(vpdmn({"vconfig", "idle-timeout"}).out, "1800\n");  // each program has its own
  EXPECT_EQ(base::read_file(place_.path() + "/vdkr/config", 4096), "idle-timeout=60\nmemory=64m\n");
  EXPECT_NE(
      vdkr({"vconfig"}).out.find("  idle-timeout = 60 (" + place_.path() + "/vdkr/config:1)\n"),
      std::string::npos);
  EXPECT_NE(vdkr({"vconfig"}).out.find("  vcpus = 1 (default)\n"), std::string::npos);
  EXPECT_EQ(vdkr({"vconfig", "--reset", "idle-timeout"}).out, "Reset idle-timeout\n");
  EXPECT_EQ(vdkr({"vconfig", "--reset", "idle-timeout"}).out, "idle-timeout was not set\n");
  EXPECT_EQ(vdkr({"vconfig", "idle-timeout"}).out, "1800\n");
}

TEST_F(ConfigTest, WhatDoesNotFitIsNotWritten) {
  const std::vector<std::vector<std::string>> refused = {
      {"vconfig", "no-such-key"},   {"vconfig", "no-such-key", "1"},
      {"vconfig", "vcpus", "many"}, {"vconfig", "memory", "1m\nx"},
      {"vconfig", "--reset"},       {"vconfig", "isolation", "x"}};
  for (const auto& words : refused) {
    const Said said = vdkr(words);
    EXPECT_NE(said.code, 0);
    EXPECT_EQ(said.out, "");
  }
  EXPECT_FALSE(base::exists(place_.path() + "/vdkr/config"));
}

TEST_F(ConfigTest, OtherLinesOfTheFileStay) {
  base::make_directories(place_.path() + "/vdkr");
  base::replace_file(place_.path() + "/vdkr/config", "# mine\nvcpus = 2\n\nmemory=1g");
  vdkr({"vconfig", "vcpus", "3"});
  EXPECT_EQ(base::read_file(place_.path() + "/vdkr/config", 4096),
            "# mine\n\nmemory=1g\nvcpus=3\n");
}

TEST_F(AppTest, StorageIsWhereTheSettingsSay) {
  EXPECT_EQ(vdkr({"vstorage", "path"}).out, vdkr({"vconfig", "data-root"}).out);
  EXPECT_NE(vdkr({"vstorage", "list"}).out.find("/images  "), std::string::npos);
}

}  // namespace
}  // namespace cli
