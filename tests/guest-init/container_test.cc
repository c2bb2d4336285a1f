// What a container's root file system and namespaces look like from inside.
#include <gtest/gtest.h>

#include "base/clock.h"
#include "tests/guest-init/guest_fixture.h"

namespace guest_init_test {
namespace {

struct Look {
  const char* script;
  const char* out;
};

TEST_F(GuestTest, ShowsWhatDockerShows) {
  const Look looks[] = {
      {"hostname", "box\n"},
      {"cat /etc/hostname", "box\n"},
      {"head -n 1 /etc/hosts; tail -n 1 /etc/hosts", "127.0.0.1\tlocalhost\n10.0.0.7 db\n"},
      {"cat /etc/resolv.conf", ""},
      {"umask; ulimit -c", "0022\nunlimited\n"},
      {"ls /proc/self/fd | wc -l", "4\n"},  // ls has its directory open
      {"grep ^Cap /proc/self/status",
       "CapInh:\t0000000000000000\nCapPrm:\t00000000a80425fb\nCapEff:\t00000000a80425fb\n"
       "CapBnd:\t00000000a80425fb\nCapAmb:\t0000000000000000\n"},
      {"grep ^NoNewPrivs /proc/self/status", "NoNewPrivs:\t0\n"},
      {"ls -A /dev",
       "core\nfd\nfull\nmqueue\nnull\nptmx\npts\nrandom\nshm\nstderr\nstdin\nstdout\ntty\nurandom\n"
       "zero\n"},
      {"stat -c '%a %t:%T' /dev/null /dev/full", "666 1:3\n666 1:7\n"},
      {"stat -c %a /dev/shm /dev/pts/ptmx; head -c 3 /dev/zero | wc -c", "1777\n666\n3\n"},
      {"ls /sys/class/net; grep ^0: /proc/self/cgroup", "lo\n0::/\n"},
      {"ip -o addr show lo | head -n 1 | tr -s ' ' | cut -d' ' -f3,4", "inet 127.0.0.1/8\n"},
      {"cat /proc/sys/net/ipv4/ip_unprivileged_port_start", "0\n"},
      {"wc -c < /proc/interrupts; ls /sys/firmware", "0\n"},
      {"echo 1 2> /dev/null > /proc/sys/kernel/sysrq || echo refused", "refused\n"},
      {"mkdir /sys/x 2> /dev/null || echo refused", "refused\n"},
      {"ls /l /c /w /cgroups 2>&1 | wc -l; ls /",
       "4\nbin\ndev\netc\nhome\nold\nproc\nreplaced\nroot\nsys\ntmp\n"},
      {"grep -c . /proc/self/mountinfo > /tmp/n; grep -c loop /proc/self/mountinfo", "0\n"},
      {"tty; ps -o pid,comm > /tmp/p; tail -n +2 /tmp/p | wc -l", "not a tty\n2\n"},
      {"readlink /proc/1/root; readlink /proc/1/cwd", "/\n/\n"},
  };
  auto spec = container_spec();
  spec.hosts = {"10.0.0.7 db"};
  ASSERT_NO_FATAL_FAILURE(boot_container(spec));
  for (const Look& look : looks) {
    const Result result = run(shell(look.script));
    ASSERT_FALSE(result.failure) << result.failure->text;
    EXPECT_EQ(result.out, look.out) << look.script << "\n" << result.err;
  }
}

TEST_F(GuestTest, StartsAProcessWithItsSignalsUntouched) {
  ASSERT_NO_FATAL_FAILURE(boot_container());
  for (const bool init : {false, true}) {
    auto spec = command({"grep", "-E", "^Sig(Blk|Ign|Cgt)", "/proc/self/status"});
    spec.init = init;
    EXPECT_EQ(run(spec).out,
              "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\nSigCgt:\t0000000000000000\n");
  }
}

TEST_F(GuestTest, TakesAllCapabilitiesFromOtherUsers) {
  ASSERT_NO_FATAL_FAILURE(boot_container());
  auto spec = shell("grep -E '^Cap(Prm|Eff|Bnd)' /proc/self/status");
  spec.user = "dora";
  EXPECT_EQ(run(spec).out,
            "CapPrm:\t0000000000000000\nCapEff:\t0000000000000000\nCapBnd:\t00000000a80425fb\n");
}

TEST_F(GuestTest, StacksTheLayers) {
  ASSERT_NO_FATAL_FAILURE(boot_container());
  EXPECT_EQ(run(shell("ls -A /old /replaced; stat -c %a /")).out,
            "/old:\n\n/replaced:\nabove\n751\n");
}

TEST_F(GuestTest, KeepsWhatIsWrittenOnItsDisk) {
  ASSERT_NO_FATAL_FAILURE(boot_container());
  EXPECT_EQ(
      run(shell("echo kept > /file; rm /etc/plain; mv /bin/nonsense /bin/sense; sync")).exit.value,
      0u);
  EXPECT_EQ(run(shell("cat /file; ls /etc/plain /bin/nonsense 2>&1 | wc -l; ls /bin/sense")).out,
            "kept\n2\n/bin/sense\n");
  ASSERT_TRUE(shut_down().ok());
  // The disk is at rest and whole: its file system needs no repair, and holds the file.
  const auto patience = base::Deadline::after(base::Milliseconds(60000));
  EXPECT_TRUE(base::run_program({"e2fsck", "-f", "-n", writable().device}, patience).status.ok());
  EXPECT_EQ(
      base::run_program({"debugfs", "-R", "cat /upper/file", writable().device}, patience).out,
      "kept\n");
}

TEST_F(GuestTest, LeavesFilesOfTheImageThatItMountsOverAsTheyAre) {
  ASSERT_NO_FATAL_FAILURE(boot_container());
  EXPECT_EQ(run(shell("echo 10.0.0.8 mine >> /etc/hosts; tail -n 1 /etc/hosts")).out,
            "10.0.0.8 mine\n");
  ASSERT_TRUE(shut_down().ok());
  EXPECT_EQ(base::run_program({"debugfs", "-R", "cat /upper/etc/hosts", writable().device},
                              base::Deadline::after(base::Milliseconds(60000)))
                .out,
            "");
}

TEST_F(GuestTest, CanHaveAReadOnlyRoot) {
  auto spec = container_spec();
  spec.read_only_root = true;
  ASSERT_NO_FATAL_FAILURE(boot_container(spec));
  auto process = shell(
      "touch /x 2>&1; touch /tmp/x 2>/dev/null || echo refused; touch /dev/shm/y && "
      "pwd && hostname");
  process.working_directory = "/absent";
  EXPECT_EQ(run(process).out, "touch: /x: Read-only file system\nrefused\n/absent\nbox\n");
}

// Where the image has a link in a file's place, nothing is written to where it leads.
TEST_F(GuestTest, EntersAUserInFilesOfTheImageOnly) {
  auto spec = container_spec();
  spec.user_entry = true;
  ASSERT_NO_FATAL_FAILURE(boot_container(spec));
  EXPECT_EQ(run(shell("rm /etc/group; ln -s ../made /etc/group; echo first > /made")).out, "");
  auto process = shell("tail -n 1 /etc/passwd; cat /made");
  process.user = "4242:4343";
  for (int start = 0; start < 2; ++start)
    EXPECT_EQ(run(process).out, "4242:*:4242:4343:container user:/:/bin/sh\nfirst\n");
  EXPECT_EQ(run(shell("grep -c 4242 /etc/passwd")).out, "1\n");
}

TEST_F(GuestTest, NeedsNoWritableDisk) {
  auto spec = container_spec();
  spec.writable_disk.reset();
  ASSERT_NO_FATAL_FAILURE(boot_container(spec));
  EXPECT_EQ(run(shell("echo x > /x && cat /x")).out, "x\n");
}

struct Refusal {
  const char* what;
  void (*change)(protocol::ContainerSpec& spec);
  protocol::FailureStage stage;
  const char* text;
};

TEST_F(GuestTest, RefusesAContainerThatCannotBe) {
  const Refusal refusals[] = {
      {"no layers", [](auto& s) { s.layers = 0; }, protocol::FailureStage::spec,
       "0 layers; 1 to 127 can be mounted"},
      {"too many layers", [](auto& s) { s.layers = 128; }, protocol::FailureStage::spec,
       "128 layers; 1 to 127 can be mounted"},
      {"hostname", [](auto& s) { s.hostname = std::string(65, 'h'); }, protocol::FailureStage::spec,
       "the hostname is longer than 64 bytes"},
  };
  for (const Refusal& refusal : refusals) {
    auto spec = container_spec();
    refusal.change(spec);
    boot();
    peer().handshake();
    const auto failure = peer().make_container(spec);
    ASSERT_TRUE(failure) << refusal.what;
    EXPECT_EQ(failure->stage, refusal.stage);
    EXPECT_EQ(failure->text, refusal.text);
    EXPECT_TRUE(shut_down().ok());
    start_afresh();
  }
}

TEST_F(GuestTest, RepeatsWhyAContainerFailedToEveryHost) {
  auto spec = container_spec();
  spec.layers = 0;
  boot();
  peer().handshake();
  ASSERT_TRUE(peer().make_container(spec));
  lose_connection();
  connect();
  EXPECT_EQ(peer().handshake().container, protocol::ContainerState::failed);
  EXPECT_EQ(peer().wait_container().value().text, "0 layers; 1 to 127 can be mounted");
}

TEST_F(GuestTest, WaitsForDisksThatComeLater) {
  auto spec = container_spec();
  boot();
  peer().handshake();
  const DiskFile late = make_writable_file(directory());
  spec.writable_disk = late.id;
  peer().ask_for_container(spec);
  peer().idle(base::Milliseconds(100));
  EXPECT_FALSE(peer().has_container());
  const base::Stopwatch watch;
  const TestDisk disk = attach_writable(late);
  const auto failure = peer().wait_container();
  ASSERT_FALSE(failure) << failure->text;
  EXPECT_LT(watch.elapsed(), std::chrono::seconds(5)) << "it looks only when a deadline ends";
}

}  // namespace
}  // namespace guest_init_test
