// What a container's processes may do: capabilities, the filter of system calls, the record of it.
#include "engine/policy.h"

#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "base/file.h"
#include "engine/capabilities.h"
#include "engine/seccomp_profile.h"

namespace engine {
namespace {

constexpr std::uint64_t chown = 1;
constexpr std::uint64_t net_admin = 1u << 12;
constexpr std::uint64_t sys_admin = 1u << 21;

TEST(Capabilities, AreKnownByTheirNames) {
  EXPECT_EQ(capability_name("net_admin"), "CAP_NET_ADMIN");
  EXPECT_EQ(capability_name("CAP_CHOWN"), "CAP_CHOWN");
  EXPECT_EQ(capability_name("All"), "ALL");
  for (const char* none : {"", "CAP_", "nosuch", "CAP_CAP_CHOWN", "chown "})
    EXPECT_THROW(capability_name(none), base::Error) << none;
  EXPECT_TRUE(holds(sys_admin, "CAP_SYS_ADMIN"));
  EXPECT_FALSE(holds(sys_admin, "CAP_CHOWN"));
  EXPECT_FALSE(holds(~std::uint64_t{0}, "CAP_NOSUCH"));
  EXPECT_EQ(all_capabilities(), 0x1ffffffffffu);
}

struct SetCase {
  std::vector<std::string> added;
  std::vector<std::string> dropped;
  std::uint64_t set;
};

TEST(Capabilities, CombineAsDockerSays) {
  using protocol::docker_capabilities;
  const SetCase cases[] = {
      {{}, {}, docker_capabilities},
      {{"CAP_NET_ADMIN"}, {}, docker_capabilities | net_admin},
      {{}, {"CAP_CHOWN"}, docker_capabilities & ~chown},
      {{"CAP_CHOWN"}, {"CAP_CHOWN"}, docker_capabilities},
      {{}, {"ALL"}, 0},
      {{"CAP_CHOWN"}, {"ALL"}, chown},
      {{"ALL"}, {}, all_capabilities()},
      {{"ALL"}, {"CAP_SYS_ADMIN"}, all_capabilities() & ~sys_admin},
  };
  for (const SetCase& c : cases) EXPECT_EQ(capability_set(c.added, c.dropped), c.set);
}

TEST(PolicyTest, PrivilegedIsAllAndNothingHidden) {
  CreateRequest request;
  request.policy.privileged = true;
  const Policy policy = resolve_policy(request.policy);
  EXPECT_EQ(policy.capabilities, all_capabilities());
  EXPECT_TRUE(policy.unmasked);
  EXPECT_EQ(seccomp_filter(request, policy, "/nosuch"), "");
  request.seccomp = R"({"defaultAction": "SCMP_ACT_ALLOW"})";
  EXPECT_NE(seccomp_filter(request, policy, "/nosuch"), "") << "a profile of its own is kept";
}

TEST(PolicyTest, AFilterIsDockersUnlessAnotherOneOrNoneIsWanted) {
  CreateRequest request;
  const Policy policy = resolve_policy(request.policy);
  const base::TempDir data(testing::TempDir(), "data");
  const std::string usual = seccomp_filter(request, policy, data.path());
  EXPECT_GT(usual.size(), 1000u);
  EXPECT_EQ(usual.size() % sizeof(sock_filter), 0u);
  EXPECT_LE(usual.size() / sizeof(sock_filter), 4096u) << "BPF_MAXINSNS";
  request.seccomp = "";
  EXPECT_EQ(seccomp_filter(request, policy, data.path()), "");
  request.seccomp = R"({"defaultAction": "SCMP_ACT_ALLOW"})";
  EXPECT_LT(seccomp_filter(request, policy, data.path()).size(), usual.size());
}

TEST(PolicyTest, TheDefaultFilterIsCompiledOncePerSetOfCapabilities) {
  const base::TempDir data(testing::TempDir(), "data");
  const CreateRequest request;
  Policy policy = resolve_policy(request.policy);
  const std::string usual = seccomp_filter(request, policy, data.path());
  const std::string directory = data.path() + "/seccomp";
  const auto kept = base::list_directory(directory);
  ASSERT_EQ(kept.size(), 1u);
  const std::string file = directory + "/" + kept[0];
  base::replace_file(file, "8 bytes.", 0600);
  EXPECT_EQ(seccomp_filter(request, policy, data.path()), "8 bytes.") << "it is what is there";
  for (const char* damaged : {"", "7 bytes"}) {
    base::replace_file(file, damaged, 0600);
    EXPECT_EQ(seccomp_filter(request, policy, data.path()), usual);
    EXPECT_EQ(base::read_file(file, 100'000), usual);
  }
  policy.capabilities = 0;
  EXPECT_NE(seccomp_filter(request, policy, data.path()), usual);
  EXPECT_EQ(base::list_directory(directory).size(), 2u);
}

// errno of `call` under the filter, 0 where it succeeded; in a child.
int error_under(const std::string& filter, long (*call)()) {
  const pid_t child = fork();
  if (child == 0) {
    std::vector<sock_filter> program(filter.size() / sizeof(sock_filter));
    std::memcpy(program.data(), filter.data(), filter.size());
    const sock_fprog whole{.len = static_cast<unsigned short>(program.size()),
                           .filter = program.data()};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &whole) != 0)
      _exit(255);
    errno = 0;
    _exit(call() < 0 ? errno : 0);
  }
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

struct CallCase {
  const char* what;
  long (*call)();
  int error;           // under the default profile
  int error_as_admin;  // with CAP_SYS_ADMIN
};

TEST(Seccomp, TheDefaultProfileIsDockers) {
  const CallCase cases[] = {
      {"getpid", [] { return syscall(SYS_getpid); }, 0, 0},
      {"chmod of nothing", [] { return syscall(SYS_fchmod, -1, 0); }, EBADF, EBADF},
      {"mount", [] { return static_cast<long>(mount("", "/nosuch", "", 0, nullptr)); }, EPERM,
       ENOENT},
      {"reboot", [] { return syscall(SYS_reboot, 0, 0, 0, nullptr); }, EPERM, EPERM},
      {"a thread in a namespace of its own",
       [] { return syscall(SYS_clone, 0x10000000 | SIGCHLD, 0, 0, 0, 0) < 0 ? -1L : 0; }, EPERM, 0},
      {"keyctl", [] { return syscall(SYS_keyctl, 0, 0); }, EPERM, EPERM},
      {"a number that nobody knows", [] { return syscall(100000); }, ENOSYS, ENOSYS},
      {"personality", [] { return syscall(SYS_personality, 0xffffffff) < 0 ? -1L : 0; }, 0, 0},
      {"another personality", [] { return syscall(SYS_personality, 0x0400000); }, ENOSYS, ENOSYS},
  };
  const std::string usual =
      compile_seccomp(default_seccomp_profile(), "p", protocol::docker_capabilities);
  const std::string admin =
      compile_seccomp(default_seccomp_profile(), "p", protocol::docker_capabilities | sys_admin);
  for (const CallCase& c : cases) {
    EXPECT_EQ(error_under(usual, c.call), c.error) << c.what;
    if (geteuid() != 0) continue;
    EXPECT_EQ(error_under(admin, c.call), c.error_as_admin) << c.what;
  }
}

TEST(Seccomp, RulesSayWhatTheySay) {
  const std::string filter = compile_seccomp(R"({
    "defaultAction": "SCMP_ACT_ALLOW",
    "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_PPC"],
    "syscalls": [
      {"name": "fchdir", "action": "SCMP_ACT_ERRNO", "errnoRet": 33},
      {"names": ["getppid", "nosuchcall"], "action": "SCMP_ACT_KILL_PROCESS"},
      {"names": ["lseek"], "action": "SCMP_ACT_ERRNO", "args": [
        {"index": 2, "value": 7, "op": "SCMP_CMP_EQ"}, {"index": 2, "value": 9, "op": "SCMP_CMP_EQ"}]},
      {"names": ["getuid"], "action": "SCMP_ACT_ERRNO", "includes": {"caps": ["CAP_NET_ADMIN"]}},
      {"names": ["getgid"], "action": "SCMP_ACT_ERRNO", "excludes": {"arches": ["amd64", "arm64"]}}
    ]})",
                                             "p", 0);
  EXPECT_EQ(error_under(filter, [] { return syscall(SYS_fchdir, -1); }), 33);
  EXPECT_EQ(error_under(filter, [] { return syscall(SYS_getppid); }), -SIGSYS);
  EXPECT_EQ(error_under(filter, [] { return syscall(SYS_lseek, -1, 0, 7); }), EPERM);
  EXPECT_EQ(error_under(filter, [] { return syscall(SYS_lseek, -1, 0, 9); }), EPERM);
  EXPECT_EQ(error_under(filter, [] { return syscall(SYS_lseek, -1, 0, 0); }), EBADF);
  EXPECT_EQ(error_under(filter, [] { return syscall(SYS_getuid); }), 0);
  EXPECT_EQ(error_under(filter, [] { return syscall(SYS_getgid); }), 0);
}

TEST(Seccomp, WhatIsNoProfileIsRefused) {
  const char* const profiles[] = {
      "",
      "[]",
      "{}",
      R"({"defaultAction": "SCMP_ACT_MAYBE"})",
      R"({"defaultAction": 7})",
      R"({"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 5000})",
      R"({"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": -1})",
      R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": {}})",
      R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [1]})",
      R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["read"]}]})",
      R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
          {"names": "read", "action": "SCMP_ACT_ERRNO"}]})",
      R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
          {"names": ["read"], "action": "SCMP_ACT_ERRNO", "args": [{"index": 6, "op": "SCMP_CMP_EQ"}]}]})",
      R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
          {"names": ["read"], "action": "SCMP_ACT_ERRNO", "args": [{"index": 0, "op": "LIKE"}]}]})",
      R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["read"],
          "action": "SCMP_ACT_ERRNO", "args": [{"index": 0, "op": "SCMP_CMP_EQ", "value": "x"}]}]})",
      R"({"defaultAction": "SCMP_ACT_ALLOW", "listenerPath": "/run/x"})",
      R"({"defaultAction": "SCMP_ACT_ALLOW", "flags": ["SECCOMP_FILTER_FLAG_LOG"]})",
  };
  for (const char* profile : profiles)
    EXPECT_THROW(compile_seccomp(profile, "profile.json", 0), base::Error) << profile;
  try {
    compile_seccomp("{}", "profile.json", 0);
  } catch (const base::Error& error) {
    EXPECT_EQ(error.message(), "profile.json: \"\" is not an action");
  }
}

}  // namespace
}  // namespace engine
