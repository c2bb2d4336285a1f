#include "oci-runtime/bundle.h"

#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"

namespace oci {
namespace {

using base::Json;

// The least that is one.
Json config() {
  return Json::parse(R"({"ociVersion": "1.0.2",
    "process": {"user": {"uid": 0, "gid": 0}, "args": ["sh"], "cwd": "/"},
    "root": {"path": "rootfs"},
    "linux": {"maskedPaths": ["/proc/kcore"]}})");
}

Bundle parse(const Json& json) { return parse_bundle(json.dump(), "/bundle"); }

std::string refusal(const Json& json, base::ErrorKind kind) {
  try {
    parse(json);
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), kind) << error.what();
    return error.message();
  }
  return "taken";
}

TEST(Bundle, TheLeastThatIsOne) {
  const Bundle bundle = parse(config());
  const engine::ContainerConfig& container = bundle.request.config;
  EXPECT_EQ(bundle.oci_version, "1.0.2");
  EXPECT_EQ(bundle.request.directory, "/bundle/rootfs");
  EXPECT_EQ(container.argv, std::vector<std::string>{"sh"});
  EXPECT_EQ(container.user, "0:0");
  EXPECT_TRUE(container.interactive);
  EXPECT_FALSE(container.log.kept);
  EXPECT_EQ(container.policy.capabilities, 0u);
  EXPECT_FALSE(container.policy.unmasked);
  EXPECT_EQ(bundle.request.seccomp, "");
  EXPECT_FALSE(bundle.placement.own_network);
}

TEST(Bundle, ItsProcess) {
  Json json = config();
  json["process"] = Json::parse(R"({"terminal": true, "consoleSize": {"height": 25, "width": 80},
    "user": {"uid": 1000, "gid": 1001, "additionalGids": [5, 4294967295], "umask": 63},
    "args": ["a", "b c", ""], "env": ["A=b"], "cwd": "/srv", "noNewPrivileges": true,
    "oomScoreAdj": -5, "capabilities": {"bounding": ["CAP_CHOWN", "CAP_KILL"]},
    "rlimits": [{"type": "RLIMIT_NOFILE", "soft": 10, "hard": 18446744073709551615}]})");
  const Bundle bundle = parse(json);
  const engine::ContainerConfig& container = bundle.request.config;
  EXPECT_EQ(container.argv, (std::vector<std::string>{"a", "b c", ""}));
  EXPECT_EQ(container.env, std::vector<std::string>{"A=b"});
  EXPECT_EQ(container.working_directory, "/srv");
  EXPECT_EQ(container.user, "1000:1001");
  EXPECT_EQ(container.policy.groups, (std::vector<std::string>{"5", "4294967295"}));
  EXPECT_EQ(container.policy.capabilities, 1u << 0 | 1u << 5);
  EXPECT_TRUE(container.policy.no_new_privileges);
  EXPECT_EQ(container.policy.oom_score_adj, -5);
  EXPECT_EQ(container.policy.umask, 0077u);
  EXPECT_TRUE(container.terminal);
  EXPECT_EQ(bundle.console.rows, 25u);
  EXPECT_EQ(bundle.console.columns, 80u);
  ASSERT_EQ(container.policy.limits.size(), 1u);
  EXPECT_EQ(container.policy.limits[0].resource, static_cast<std::uint32_t>(RLIMIT_NOFILE));
  EXPECT_EQ(container.policy.limits[0].soft, 10u);
  EXPECT_EQ(container.policy.limits[0].hard, ~std::uint64_t{0});
}

TEST(Bundle, WhatItMayUse) {
  Json json = config();
  json["linux"] = Json::parse(R"({"resources": {"memory": {"limit": 67108864},
      "pids": {"limit": 20}, "cpu": {"quota": 150000, "period": 100000, "shares": 512, "cpus": "0-1"},
      "devices": [{"allow": false, "access": "rwm"}]},
    "sysctl": {"net.ipv4.ip_forward": "1"}, "seccomp": {"defaultAction": "SCMP_ACT_ALLOW"},
    "cgroupsPath": "/a/b", "namespaces": [{"type": "pid"}, {"type": "network", "path": "/run/netns/x"}]})");
  json["root"]["readonly"] = true;
  json["hostname"] = "web";
  json["annotations"] = {{"k", "v"}};
  const Bundle bundle = parse(json);
  const engine::ContainerConfig& container = bundle.request.config;
  EXPECT_EQ(container.memory, 64u << 20);
  EXPECT_EQ(container.pids_limit, 20u);
  EXPECT_EQ(container.nano_cpus, 1'500'000'000u);
  EXPECT_EQ(container.cpuset, "0-1");
  EXPECT_EQ(container.sysctls.at("net.ipv4.ip_forward"), "1");
  EXPECT_TRUE(container.read_only);
  EXPECT_EQ(container.hostname, "web");
  EXPECT_TRUE(container.policy.unmasked);
  EXPECT_EQ(bundle.annotations.at("k"), "v");
  EXPECT_EQ(bundle.request.seccomp, R"({"defaultAction":"SCMP_ACT_ALLOW"})");
  EXPECT_EQ(bundle.placement.cgroup, "/a/b");
  EXPECT_EQ(bundle.placement.network, "/run/netns/x");
  EXPECT_FALSE(bundle.placement.own_network);
}

TEST(Bundle, ItsMounts) {
  const base::TempDir directory("/tmp", "bundle-test");
  base::replace_file(directory.path() + "/hosts", "127.0.0.1 localhost\n");
  Json json = config();
  json["mounts"] = Json::parse(R"([
    {"destination": "/proc", "type": "proc", "source": "proc"},
    {"destination": "/dev", "type": "tmpfs", "options": ["nosuid", "mode=755", "size=65536k"]},
    {"destination": "/sys/fs/cgroup", "type": "cgroup", "options": ["rprivate", "ro"]},
    {"destination": "/dev/shm/", "type": "tmpfs", "options": ["size=1m"]},
    {"destination": "/run", "type": "tmpfs", "options": ["nodev", "size=64k", "private"]},
    {"destination": "/etc/hosts", "type": "bind", "source": "hosts", "options": ["rbind", "ro"]}])");
  const Bundle bundle = parse_bundle(json.dump(), directory.path());
  const engine::ContainerConfig& container = bundle.request.config;
  EXPECT_EQ(container.shm_size, 1u << 20);
  ASSERT_EQ(container.tmpfs.size(), 1u);
  EXPECT_EQ(container.tmpfs[0].target, "/run");
  EXPECT_EQ(container.tmpfs[0].flags, static_cast<std::uint32_t>(MS_NODEV));
  EXPECT_EQ(container.tmpfs[0].options, "size=64k");
  ASSERT_EQ(bundle.request.files.size(), 1u);
  EXPECT_EQ(bundle.request.files[0].source, directory.path() + "/hosts");
  EXPECT_EQ(bundle.request.files[0].target, "/etc/hosts");
}

TEST(Bundle, WhatAGuestCannotHaveIsRefusedByItsName) {
  const struct {
    const char* pointer;
    const char* value;
    const char* message;
  } cases[] = {
      {"/mounts", R"([{"destination": "/data", "type": "bind", "source": "/tmp"}])",
       "mounts: /data: a directory of the host"},
      {"/mounts", R"([{"destination": "/x", "type": "bind", "source": "/dev/null"}])",
       "mounts: /x: only regular files"},
      {"/mounts", R"([{"destination": "/x", "type": "overlay"}])", "mounts: /x: a guest cannot"},
      {"/mounts", R"([{"destination": "/x", "type": "tmpfs", "options": ["tmpcopyup"]}])",
       "mounts: /x: invalid tmpfs option"},
      {"/hooks", R"({"prestart": [{"path": "/bin/true"}]})", "hooks.prestart: "},
      {"/linux/uidMappings", R"([{"hostID": 1}])", "linux.uidMappings: "},
      {"/linux/devices", R"([{"path": "/dev/x"}])", "linux.devices: "},
      {"/linux/namespaces", R"([{"type": "pid", "path": "/proc/1/ns/pid"}])",
       "linux.namespaces: pid: "},
      {"/linux/resources", R"({"hugepageLimits": [{"pageSize": "2MB"}]})",
       "linux.resources.hugepageLimits: "},
  };
  for (const auto& entry : cases) {
    Json json = config();
    json[Json::json_pointer(entry.pointer)] = Json::parse(entry.value);
    EXPECT_TRUE(refusal(json, base::ErrorKind::unsupported).starts_with(entry.message))
        << entry.message << " but " << refusal(json, base::ErrorKind::unsupported);
  }
}

TEST(Bundle, WhatIsNoneIsCorrupt) {
  const struct {
    const char* pointer;
    const char* value;
  } cases[] = {
      {"/ociVersion", "\"2.0\""},
      {"/ociVersion", "1"},
      {"/process", "null"},
      {"/process/args", "[]"},
      {"/process/args", "[1]"},
      {"/process/cwd", "\"srv\""},
      {"/root", "null"},
      {"/root/path", "7"},
      {"/process/user", "[]"},
      {"/linux/namespaces", "{}"},
      {"/linux/sysctl", "[]"},
      {"/mounts", "{}"},
      {"/process/rlimits", R"([{"type": "RLIMIT_X", "soft": 1, "hard": 1}])"},
      {"/process/rlimits", R"([{"type": "RLIMIT_CPU", "soft": "1"}])"},
      {"/process/user/additionalGids", "[-1]"},
  };
  for (const auto& entry : cases) {
    Json json = config();
    json[Json::json_pointer(entry.pointer)] = Json::parse(entry.value);
    EXPECT_NE(refusal(json, base::ErrorKind::corrupt), "taken") << entry.pointer << entry.value;
  }
  EXPECT_THROW(parse_bundle("", "/"), base::Error);
  EXPECT_THROW(parse_bundle("[]", "/"), base::Error);
  EXPECT_THROW(load_bundle("/nowhere"), base::Error);
}

}  // namespace
}  // namespace oci
