// What the guest does by itself in a container.
#include <gtest/gtest.h>

#include "base/text.h"
#include "tests/guest-init/guest_fixture.h"

namespace guest_init_test {
namespace {

protocol::ProcessSpec tool(const std::string& name) {
  protocol::ProcessSpec spec;
  spec.working_directory = "/";
  spec.user = "0:0";
  spec.tool = name;
  return spec;
}

TEST_F(GuestTest, TellsTheContainersProcesses) {
  ASSERT_NO_FATAL_FAILURE(boot_container());
  peer().start(0, shell("sleep 1000 & exec sleep 2000"));
  ASSERT_FALSE(peer().wait_started(0));
  peer().idle(base::Milliseconds(200));
  const Result result = run(tool("processes"), "", 1);
  ASSERT_FALSE(result.failure);
  EXPECT_EQ(result.exit.value, 0u);
  const std::vector<std::string> lines = base::split(result.out, '\n');
  ASSERT_EQ(lines.size(), 4u) << result.out;  // the memory, two, and what follows the last
  EXPECT_TRUE(lines[1].starts_with("1\t0\t")) << lines[1];
  EXPECT_TRUE(lines[1].ends_with("\tsleep\tsleep 2000")) << lines[1];
  EXPECT_TRUE(lines[2].ends_with("\tsleep\tsleep 1000")) << lines[2];
  EXPECT_NE(lines[2].find("\t0\troot\t"), std::string::npos) << lines[2];
}

TEST_F(GuestTest, AProcessBesideTheContainerHasItsFilesAndSeesTheGuest) {
  ASSERT_NO_FATAL_FAILURE(boot_container());
  peer().start(0, shell("echo secret > /tmp/secret; exec sleep 1000"));
  ASSERT_FALSE(peer().wait_started(0));
  peer().idle(base::Milliseconds(50));
  protocol::ProcessSpec spec = shell("cat /tmp/secret /proc/1/comm; readlink /proc/self/ns/pid");
  spec.beside = true;
  const Result beside = run(spec, "", 1);
  ASSERT_FALSE(beside.failure) << beside.failure->text;
  EXPECT_TRUE(beside.out.starts_with("secret\npretend_guest\npid:[")) << beside.out;
  EXPECT_EQ(run(command({"cat", "/proc/1/comm"}), "", 2).out, "sleep\n");
  spec.terminal = protocol::WindowSize{24, 80};
  EXPECT_TRUE(run(spec, "", 3).out.starts_with("secret\r\npretend_guest\r\n"));
}

TEST_F(GuestTest, RefusesAnEntrypointBesideItself) {
  ASSERT_NO_FATAL_FAILURE(boot_container());
  protocol::ProcessSpec spec = command({"true"});
  spec.beside = true;
  EXPECT_EQ(run(spec, "", 0).failure.value().text, "an entrypoint has nothing to stand beside");
}

TEST_F(GuestTest, RefusesAToolThatItDoesNotHave) {
  ASSERT_NO_FATAL_FAILURE(boot_container());
  peer().start(0, command({"sleep", "1000"}));
  ASSERT_FALSE(peer().wait_started(0));
  const Result result = run(tool("tea"), "", 1);
  ASSERT_TRUE(result.failure);
  EXPECT_EQ(result.failure->text, "this guest has no tool \"tea\"");
}

}  // namespace
}  // namespace guest_init_test
