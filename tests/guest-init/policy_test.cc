// What a container and its processes are given and kept from, as the specs tell it.
#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "tests/guest-init/guest_fixture.h"

namespace guest_init_test {
namespace {

TEST_F(GuestTest, GivesTheCapabilitiesThatAreWanted) {
  constexpr std::uint64_t chown_and_kill = 1u << 0 | 1u << 5;
  ASSERT_NO_FATAL_FAILURE(boot_container());
  auto spec = shell("grep -E '^Cap(Prm|Eff|Bnd)' /proc/self/status");
  spec.capabilities = chown_and_kill;
  EXPECT_EQ(run(spec).out,
            "CapPrm:\t0000000000000021\nCapEff:\t0000000000000021\nCapBnd:\t0000000000000021\n");
  spec.capabilities = ~std::uint64_t{0};
  const Result all = run(spec);
  ASSERT_FALSE(all.failure) << all.failure->text;
  EXPECT_EQ(all.out.find("CapEff:\t00000000a80425fb"), std::string::npos) << all.out;
  EXPECT_NE(all.out.find("CapEff:\t00000"), std::string::npos) << all.out;
}

// Refuses mkdir(2), both of them.
std::string refusing_filter() {
  constexpr unsigned number_at = 0;  // in struct seccomp_data
  const sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, number_at),
#ifdef SYS_mkdir
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mkdir, 1, 0),
#endif
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mkdirat, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EDOM),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  return {reinterpret_cast<const char*>(program), sizeof program};
}

TEST_F(GuestTest, FiltersSystemCalls) {
  ASSERT_NO_FATAL_FAILURE(boot_container());
  for (const bool no_new_privileges : {false, true}) {
    for (const char* user : {"", "dora"}) {
      for (const bool init : {false, true}) {
        auto spec = shell(
            "mkdir /tmp/x 2>&1; grep -E '^(NoNewPrivs|Seccomp):' /proc/self/status | tr -d '\\t'");
        spec.seccomp = refusing_filter();
        spec.no_new_privileges = no_new_privileges;
        spec.user = user;
        spec.init = init;
        const Result result = run(spec);
        ASSERT_FALSE(result.failure) << result.failure->text;
        EXPECT_EQ(result.out, std::string("mkdir: can't create directory '/tmp/x': Numerical "
                                          "argument out of domain\nNoNewPrivs:") +
                                  (no_new_privileges ? "1" : "0") + "\nSeccomp:2\n");
      }
    }
  }
}

TEST_F(GuestTest, RefusesAFilterThatIsNone) {
  ASSERT_NO_FATAL_FAILURE(boot_container());
  auto spec = command({"true"});
  spec.seccomp = std::string(16, '\x7f');
  const Result result = run(spec);
  ASSERT_TRUE(result.failure);
  EXPECT_EQ(result.failure->text, "loading the seccomp filter: invalid argument");
}

TEST_F(GuestTest, SetsLimitsAndTheOomScore) {
  ASSERT_NO_FATAL_FAILURE(boot_container());
  auto spec = shell("ulimit -Sn; ulimit -Hn; ulimit -Hc; cat /proc/self/oom_score_adj");
  spec.limits = {{RLIMIT_NOFILE, 100, 200}, {RLIMIT_CORE, 0, 0}};
  spec.oom_score_adj = 321;
  EXPECT_EQ(run(spec).out, "100\n200\n0\n321\n");
  spec.limits = {{RLIMIT_NOFILE, 300, 200}};
  const Result result = run(spec);
  ASSERT_TRUE(result.failure);
  EXPECT_EQ(result.failure->text, "setting resource limit 7 of the process: invalid argument");
}

TEST_F(GuestTest, MountsFileSystemsInMemory) {
  auto container = container_spec();
  container.read_only_root = true;
  container.shm_size = 1 << 20;
  container.tmpfs = {{"/made/here", MS_NOSUID | MS_NODEV, "size=64k,mode=1777"},
                     {"/etc", MS_RDONLY, ""}};
  ASSERT_NO_FATAL_FAILURE(boot_container(container));
  const Result result = run(shell(
      "df -k /dev/shm /made/here | awk 'NR > 1 {print $2}'; stat -c %a /made/here; ls -A /etc;"
      "grep -c 'made/here.*nosuid,nodev,relatime' /proc/mounts; echo x >/made/here/x;"
      "echo x 2>/dev/null >/etc/x || echo refused"));
  EXPECT_EQ(result.out, "1024\n64\n1777\n1\nrefused\n") << result.err;
}

TEST_F(GuestTest, RefusesMountsThatCannotBe) {
  auto container = container_spec();
  container.tmpfs = {{"/x", MS_BIND, ""}};
  ASSERT_NO_FATAL_FAILURE(boot_container(container));
  EXPECT_EQ(run(command({"true"})).failure.value().text, "a tmpfs with flags that it cannot have");
}

TEST_F(GuestTest, RefusesOptionsThatTmpfsDoesNotKnow) {
  auto container = container_spec();
  container.tmpfs = {{"/x", 0, "color=red"}};
  ASSERT_NO_FATAL_FAILURE(boot_container(container));
  EXPECT_EQ(run(command({"true"})).failure.value().text,
            "mounting a tmpfs at /x: invalid argument");
}

TEST_F(GuestTest, SetsWhatTheKernelCanBeTold) {
  auto container = container_spec();
  container.sysctls = {"net.ipv4.ip_forward=1", "kernel.msgmax=4711"};
  ASSERT_NO_FATAL_FAILURE(boot_container(container));
  EXPECT_EQ(run(shell("cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/msgmax")).out,
            "1\n4711\n");
}

TEST_F(GuestTest, RefusesASettingThatThereIsNot) {
  auto container = container_spec();
  container.sysctls = {"net.no.such=1"};
  ASSERT_NO_FATAL_FAILURE(boot_container(container));
  EXPECT_EQ(run(command({"true"})).failure.value().text,
            "setting sysctl net.no.such=1: no such file or directory");
}

TEST_F(GuestTest, HidesNothingWhereNothingIsToBeHidden) {
  auto container = container_spec();
  container.unmasked = true;
  ASSERT_NO_FATAL_FAILURE(boot_container(container));
  EXPECT_EQ(run(shell("grep -c ' /proc/' /proc/mounts; head -c 1 /proc/interrupts | wc -c")).out,
            "0\n1\n");
}

}  // namespace
}  // namespace guest_init_test
