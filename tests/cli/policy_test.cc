// The options that say what a container may do and use.
#include <sys/mount.h>
#include <sys/resource.h>

#include "base/file.h"
#include "cli/policy_options.h"
#include "cli/refused_options.h"
#include "cli/resource_options.h"
#include "cli/tmpfs_option.h"
#include "tests/cli/app_fixture.h"

namespace cli {
namespace {

class PolicyTest : public AppTest {
 protected:
  const engine::CreateRequest& request() const { return *fake::world().created; }
  // What `run OPTION busybox` says of an option that does not fit.
  std::string refusal(const std::string& option) {
    const Said said = vdkr({"run", option, "busybox"});
    EXPECT_EQ(said.code, 125) << option;
    EXPECT_FALSE(fake::world().created) << option;
    return said.err.substr(0, said.err.find('\n'));
  }
};

TEST_F(PolicyTest, EveryOptionReachesTheEngine) {
  const Said said = vdkr({"run",
                          "--cap-add",
                          "net_admin",
                          "--cap-add=SYS_TIME",
                          "--cap-drop=ALL",
                          "--security-opt",
                          "no-new-privileges",
                          "--group-add=audio",
                          "--ulimit=nofile=10:20",
                          "--ulimit=core=-1",
                          "--sysctl=net.a=1=2",
                          "--oom-score-adj=-5",
                          "--umask=0077",
                          "--cpus=1.5",
                          "--cpuset-cpus=0-1",
                          "--pids-limit=9",
                          "--shm-size=1m",
                          "--tmpfs=/run:size=1m,exec",
                          "--storage-opt=size=1g",
                          "--annotation=a=b",
                          "busybox"});
  EXPECT_EQ(said.err, "");
  EXPECT_EQ(said.code, 0);
  const engine::Policy& policy = request().policy;
  EXPECT_EQ(policy.added_capabilities, (std::vector<std::string>{"net_admin", "SYS_TIME"}));
  EXPECT_EQ(policy.dropped_capabilities, (std::vector<std::string>{"ALL"}));
  EXPECT_TRUE(policy.no_new_privileges);
  EXPECT_EQ(policy.security_options, (std::vector<std::string>{"no-new-privileges"}));
  EXPECT_EQ(policy.groups, (std::vector<std::string>{"audio"}));
  EXPECT_EQ(policy.limits,
            (std::vector<protocol::ResourceLimit>{{RLIMIT_NOFILE, 10, 20},
                                                  {RLIMIT_CORE, RLIM_INFINITY, RLIM_INFINITY}}));
  EXPECT_EQ(policy.oom_score_adj, -5);
  EXPECT_EQ(policy.umask, 0077u);
  EXPECT_EQ(request().sysctls, (std::map<std::string, std::string>{{"net.a", "1=2"}}));
  EXPECT_EQ(request().annotations, (std::map<std::string, std::string>{{"a", "b"}}));
  EXPECT_EQ(request().nano_cpus, 1'500'000'000u);
  EXPECT_EQ(request().cpuset, "0-1");
  EXPECT_EQ(request().pids_limit, 9u);
  EXPECT_EQ(request().shm_size, 1u << 20);
  EXPECT_EQ(request().tmpfs,
            (std::vector<protocol::TmpfsMount>{{"/run", MS_NOSUID | MS_NODEV, "size=1m"}}));
  EXPECT_EQ(request().storage_size, 1u << 30);
}

TEST_F(PolicyTest, SecurityOptionsAreUnderstoodOrRefused) {
  EXPECT_EQ(vdkr({"run", "--security-opt=no-new-privileges:false", "--security-opt=label=disable",
                  "--security-opt=apparmor=unconfined", "busybox"})
                .code,
            0);
  EXPECT_FALSE(request().policy.no_new_privileges);
  EXPECT_EQ(request().seccomp, std::nullopt);
  EXPECT_EQ(vdkr({"run", "--security-opt=seccomp=unconfined",
                  "--security-opt=systempaths=unconfined", "busybox"})
                .code,
            0);
  EXPECT_EQ(request().seccomp, "");
  EXPECT_TRUE(request().policy.unmasked);
  const base::TempDir directory(testing::TempDir(), "seccomp");
  base::replace_file(directory.path() + "/p.json", "{profile}", 0600);
  EXPECT_EQ(vdkr({"run", "--security-opt=seccomp=" + directory.path() + "/p.json", "busybox"}).code,
            0);
  EXPECT_EQ(request().seccomp, "{profile}");
  fake::world().created.reset();
  EXPECT_NE(refusal("--security-opt=seccomp=/nosuch").find("opening seccomp profile (/nosuch)"),
            std::string::npos);
  for (const char* wrong : {"", "nosuch", "no-new-privileges=perhaps", "apparmor=docker-default",
                            "label=type:x", "systempaths=all"})
    EXPECT_NE(refusal(std::string("--security-opt=") + wrong), "");
}

TEST_F(PolicyTest, WhatCannotBeIsRefusedWithTheReason) {
  const struct {
    const char* option;
    const char* why;
  } cases[] = {
      {"--ulimit=nofile", "invalid ulimit argument: nofile"},
      {"--ulimit=files=1", "invalid ulimit type: files"},
      {"--ulimit=nofile=3:2", "ulimit soft limit must be less than or equal to hard limit: 3 > 2"},
      {"--ulimit=nofile=1:2:3", "too many limit values or no number: nofile=1:2:3"},
      {"--ulimit=nofile=x", "too many limit values or no number: nofile=x"},
      {"--sysctl=net.a", "'net.a' is not NAME=VALUE"},
      {"--sysctl==1", "'=1' is not NAME=VALUE"},
      {"--oom-score-adj=1001", "not a number from -1000 to 1000"},
      {"--umask=1000", "an octal number up to 0777 is wanted"},
      {"--umask=00022", "an octal number up to 0777 is wanted"},
      {"--umask=8", "an octal number up to 0777 is wanted"},
      {"--umask=", "an octal number up to 0777 is wanted"},
      {"--cpus=x", "failed to parse x as a rational number"},
      {"--cpus=1.0000000001", "failed to parse 1.0000000001 as a rational number"},
      {"--cpuset-cpus=2-1", "'2-1' is no list like 0-2,4"},
      {"--pids-limit=-2", "not a number, or -1 for no limit"},
      {"--shm-size=x", "invalid size: 'x'"},
      {"--tmpfs=run", "invalid mount path: 'run' mount path must be absolute"},
      {"--tmpfs=/", "invalid mount path: '/' mount path must be absolute"},
      {"--tmpfs=/run:bind", "invalid tmpfs option \"bind\""},
      {"--storage-opt=size=1k", "size is less than 16m, or none"},
      {"--storage-opt=speed=1", "unknown option 'speed=1': there is only size"},
  };
  for (const auto& c : cases) {
    const std::string said = refusal(c.option);
    EXPECT_TRUE(said.ends_with(c.why)) << c.option << ": " << said;
  }
}

TEST_F(PolicyTest, WhatAGuestCannotHaveIsRefusedByName) {
  Options options;
  declare_refused(options);
  EXPECT_GT(options.all().size(), 50u);
  for (const Option& option : options.all()) {
    const std::string name = "--" + std::string(option.name);
    if (option.refused.empty()) continue;  // the next test
    EXPECT_EQ(refusal(name), name + ": " + std::string(option.refused));
    EXPECT_EQ(refusal(name + "=x"), name + ": " + std::string(option.refused));
  }
  EXPECT_EQ(refusal("-p"), "--publish: guests have no network");
}

TEST_F(PolicyTest, WhatIsSoAnywayIsTaken) {
  for (const char* option : {"--network=none", "--net=none", "--ipc=private", "--pid=private",
                             "--cgroupns=private", "--isolation=default", "--runtime=vxn"}) {
    const Said said = vdkr({"create", option, "busybox"});
    EXPECT_EQ(said.code, 0) << said.err;
  }
  fake::world().created.reset();
  EXPECT_TRUE(refusal("--network=host").ends_with("for \"--network\" flag: guests have no network"))
      << refusal("--network=host");
}

TEST(Cpus, AreBillionths) {
  EXPECT_EQ(parse_cpus("2"), 2'000'000'000u);
  EXPECT_EQ(parse_cpus(".5"), 500'000'000u);
  EXPECT_EQ(parse_cpus("0.000000001"), 1u);
  EXPECT_EQ(parse_cpus("1."), 1'000'000'000u);
  for (const char* none : {"", ".", "-1", "1e3", "1.5.5", "99999", " 1"})
    EXPECT_FALSE(parse_cpus(none)) << none;
}

TEST(TmpfsOption, LaterWordsWin) {
  protocol::TmpfsMount mount;
  EXPECT_FALSE(parse_tmpfs("/a:dev,nodev,suid,exec,noexec,ro,rw,,mode=700,uid=1", mount));
  EXPECT_EQ(mount.flags, MS_NODEV | MS_NOEXEC);
  EXPECT_EQ(mount.options, "mode=700,uid=1");
  EXPECT_FALSE(parse_tmpfs("/plain", mount = {}));
  EXPECT_EQ(mount.flags, MS_NOSUID | MS_NODEV | MS_NOEXEC);
}

TEST_F(PolicyTest, LabelsComeFromFilesToo) {
  const base::TempDir directory(testing::TempDir(), "labels");
  const std::string file = directory.path() + "/labels";
  base::replace_file(file, "# ours\na=file\nb=file=x\n  c\n", 0600);
  EXPECT_EQ(vdkr({"run", "--label-file", file, "-l", "a=line", "busybox"}).code, 0);
  EXPECT_EQ(request().labels,
            (std::map<std::string, std::string>{{"a", "line"}, {"b", "file=x"}, {"c", ""}}));
  base::replace_file(file, "a b=1\n", 0600);
  EXPECT_EQ(vdkr({"run", "--label-file", file, "busybox"}).code, 125);
}

TEST_F(PolicyTest, TheIdIsInAFileWhereItIsWanted) {
  const base::TempDir directory(testing::TempDir(), "cid");
  const std::string file = directory.path() + "/id";
  const Said said = vdkr({"create", "--cidfile", file, "busybox"});
  EXPECT_EQ(said.code, 0);
  EXPECT_EQ(base::read_file(file, 100) + "\n", said.out);
  fake::world().created.reset();
  EXPECT_EQ(vdkr({"create", "--cidfile", file, "busybox"}).code, 1);
  EXPECT_FALSE(fake::world().created);
  EXPECT_EQ(vdkr({"create", "--cidfile", directory.path() + "/no/id", "busybox"}).code, 1);
  EXPECT_EQ(fake::world().removals.size(), 1u) << "what was made for nothing goes";
}

}  // namespace
}  // namespace cli
