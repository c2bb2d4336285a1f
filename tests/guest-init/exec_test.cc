// More processes in a running container, and the end of the guest.
#include <gtest/gtest.h>

#include <csignal>

#include "tests/guest-init/guest_fixture.h"

namespace guest_init_test {
namespace {

TEST_F(GuestTest, RunsMoreProcessesInTheSameContainer) {
  ASSERT_NO_FATAL_FAILURE(boot_container());
  peer().start(0, shell("echo secret > /tmp/secret; exec sleep 1000"));
  ASSERT_FALSE(peer().wait_started(0));
  peer().idle(base::Milliseconds(50));
  EXPECT_EQ(run(command({"cat", "/tmp/secret", "/proc/1/comm"}), "", 1).out, "secret\nsleep\n");
  auto spec = shell("id -u; hostname; cat; pwd; exit 12");
  spec.user = "dora";
  spec.standard_input = true;
  spec.working_directory = "/home/dora";
  const Result result = run(spec, "input\n", 7);
  EXPECT_EQ(result.out, "1000\nbox\ninput\n/home/dora\n");
  EXPECT_EQ(result.exit.value, 12u);
  for (const char* name : {"pid", "mnt", "ipc", "uts", "net", "cgroup"}) {
    const std::string path = std::string("/ns/") + name;
    EXPECT_EQ(run(shell("[ $(readlink /proc/self" + path + ") = $(readlink /proc/1" + path + ") ]"),
                  "", 2)
                  .exit.value,
              0u)
        << name;
  }
  EXPECT_EQ(run(shell("grep ^0: /proc/self/cgroup; grep CapEff /proc/self/status"), "", 3).out,
            "0::/\nCapEff:\t00000000a80425fb\n");
  EXPECT_EQ(run(command({"absent"}), "", 4).failure.value().error_number, ENOENT);
  auto terminal = shell("tty; echo $$ > /tmp/pid");
  terminal.terminal = protocol::WindowSize{24, 80};
  EXPECT_EQ(run(terminal, "", 5).out, "/dev/pts/0\r\n");
}

TEST_F(GuestTest, EndsAProcessThatWasAddedThoughItsChildrenHoldItsOutput) {
  ASSERT_NO_FATAL_FAILURE(boot_container());
  peer().start(0, command({"sleep", "1000"}));
  ASSERT_FALSE(peer().wait_started(0));
  EXPECT_EQ(run(shell("sleep 1000 & echo started"), "", 1).out, "started\n");
}

TEST_F(GuestTest, EndsAddedProcessesWithTheEntrypoint) {
  ASSERT_NO_FATAL_FAILURE(boot_container());
  auto spec = command({"cat"});
  spec.standard_input = true;
  peer().start(0, spec);
  ASSERT_FALSE(peer().wait_started(0));
  peer().start(1, shell("echo here; trap '' TERM; while :; do sleep 1; done"));
  peer().wait_until(1, [](const auto& v) { return v.text[0] == "here\n"; });
  peer().give_input(0, "");
  EXPECT_EQ(peer().wait_exit(0).value, 0u);
  const auto exit = peer().wait_exit(1);
  EXPECT_TRUE(exit.signalled);
  EXPECT_EQ(exit.value, 9u);
  const Result late = run(command({"true"}), "", 2);
  ASSERT_TRUE(late.failure);
  EXPECT_EQ(late.failure->text, "the container is not running");
}

TEST_F(GuestTest, StartsNothingWithoutAContainer) {
  boot();
  peer().handshake();
  const Result result = run(command({"true"}));
  ASSERT_TRUE(result.failure);
  EXPECT_EQ(result.failure->text, "there is no container to run in");
}

TEST_F(GuestTest, StartsTheEntrypointThatWasSentAheadOfItsContainer) {
  boot();
  peer().handshake();
  peer().ask_for_container(container_spec());
  peer().start(0, shell("echo ahead"));
  EXPECT_FALSE(peer().wait_started(0));
  EXPECT_EQ(peer().wait_exit(0).value, 0u);
  EXPECT_EQ(peer().view(0).text[0], "ahead\n");
  EXPECT_TRUE(peer().has_container());
}

TEST_F(GuestTest, ForgetsAnEntrypointWhoseContainerFails) {
  const std::string garbage = directory() + "/garbage";
  base::replace_file(garbage, std::string(1 << 20, 'x'));
  const TestDisk disk = make_layer_disk(directory(), {garbage});
  protocol::ContainerSpec spec = container_spec();
  spec.read_only_disk = disk.id;
  spec.layers = 1;
  boot();
  peer().handshake();
  peer().ask_for_container(spec);
  peer().start(0, shell("echo never"));
  const auto failure = peer().wait_started(0);
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->stage, protocol::FailureStage::mount);
  lose_connection();
  connect();
  const protocol::State state = peer().handshake();
  EXPECT_EQ(state.container, protocol::ContainerState::failed);
  EXPECT_TRUE(state.processes.empty());
}

TEST_F(GuestTest, TakesNoOtherProcessAhead) {
  protocol::ContainerSpec spec = container_spec();
  spec.read_only_disk = {};  // for which it waits
  boot();
  peer().handshake();
  const auto wait_until_gone = [&] {
    const auto deadline = base::Deadline::after(base::Milliseconds(60000));
    while (!peer().is_gone()) peer().step(deadline);
  };
  peer().ask_for_container(spec);
  peer().start(1, shell("echo never"));
  wait_until_gone();
  EXPECT_NE(log().find("the host broke the protocol with PROCESS_START"), std::string::npos);
  lose_connection();
  connect();
  peer().handshake();
  peer().ask_for_container(spec);  // as one does that took over
  peer().start(0, shell("echo never"));
  peer().start(0, shell("echo twice"));
  wait_until_gone();
}

TEST_F(GuestTest, EndsWhateverRunsWhenItIsShutDown) {
  ASSERT_NO_FATAL_FAILURE(boot_container());
  peer().start(0, shell("trap '' TERM; echo x > /file; echo running; while :; do sleep 1; done"));
  peer().wait_until(0, [](const auto& v) { return v.text[0] == "running\n"; });
  EXPECT_TRUE(shut_down().ok());
  EXPECT_TRUE(base::run_program({"e2fsck", "-f", "-n", writable().device},
                                base::Deadline::after(base::Milliseconds(60000)))
                  .status.ok());
  EXPECT_EQ(peer().log(), std::vector<std::string>());
}

TEST_F(GuestTest, CanBeShutDownAtOnce) {
  boot();
  peer().handshake();
  EXPECT_TRUE(shut_down().ok());
}

TEST_F(GuestTest, TellsHowLongEachStepTook) {
  ASSERT_NO_FATAL_FAILURE(boot_container());
  std::vector<std::string> names;
  std::uint64_t last = peer().hello().exec_ns;
  for (const auto& timing : peer().timings()) {
    names.push_back(timing.name);
    EXPECT_GE(timing.ns, last) << timing.name;
    last = timing.ns;
  }
  EXPECT_EQ(names, (std::vector<std::string>{"layers", "disks", "overlay", "container"}));
  EXPECT_GE(peer().hello().hello_ns, peer().hello().exec_ns);
}

}  // namespace
}  // namespace guest_init_test
