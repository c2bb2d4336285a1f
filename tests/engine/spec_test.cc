#include "engine/spec.h"

#include <gtest/gtest.h>

#include "tests/support/container_samples.h"

namespace engine {
namespace {

TEST(Spec, TheGuestIsToldWhatTheRecordSays) {
  const ContainerConfig config = samples::container().config;
  const protocol::ContainerSpec container = container_spec(config);
  EXPECT_EQ(container.hostname, "box");
  EXPECT_EQ(container.layers, 3u);
  EXPECT_EQ(layer_paths(config, "/data").back(),
            "/data/containers/" + config.id + "/root.squashfs");
  EXPECT_EQ(container.writable_disk, config.writable_disk.bytes());
  EXPECT_TRUE(container.read_only_root);
  EXPECT_EQ(container.memory_limit, config.memory);
  EXPECT_EQ(container.cpu_quota, 150'000u);
  EXPECT_EQ(container.pids_limit, 99u);
  EXPECT_EQ(container.shm_size, 1u << 20);
  EXPECT_EQ(container.tmpfs, config.tmpfs);
  EXPECT_EQ(container.sysctls, (std::vector<std::string>{"net.core.somaxconn=7"}));
  EXPECT_TRUE(container.unmasked);
  EXPECT_TRUE(container.user_entry);
  const protocol::ProcessSpec process = process_spec(config, "filter");
  EXPECT_EQ(process.seccomp, "filter");
  EXPECT_EQ(process.capabilities, config.policy.capabilities);
  EXPECT_TRUE(process.no_new_privileges);
  EXPECT_EQ(process.groups, config.policy.groups);
  EXPECT_EQ(process.limits, config.policy.limits);
  EXPECT_EQ(process.oom_score_adj, -17);
  EXPECT_EQ(process.umask, 0077u);
  EXPECT_EQ(process.argv, config.argv);
  EXPECT_EQ(process.env, config.env);
  EXPECT_TRUE(process.standard_input);
  EXPECT_TRUE(process.init);
}

TEST(Spec, TimeThatTheProcessorsCannotGiveIsNoLimit) {
  ContainerConfig config = samples::container().config;
  config.nano_cpus = 2'000'000'000;
  EXPECT_EQ(container_spec(config).cpu_quota, 0u);
  config.nano_cpus = 1;
  EXPECT_EQ(container_spec(config).cpu_quota, 1000u) << "the least that the kernel takes";
}

TEST(Spec, AFurtherProcessIsKeptLikeTheContainersUnlessItIsPrivileged) {
  ContainerConfig config = samples::container().config;
  config.policy.capabilities = 1;
  ExecRequest request{.command = {"ls"}};
  EXPECT_EQ(exec_spec(config, "filter", request).capabilities, 1u);
  EXPECT_EQ(exec_spec(config, "filter", request).seccomp, "filter");
  request.privileged = true;
  EXPECT_GT(exec_spec(config, "filter", request).capabilities, 1u << 21);
  EXPECT_EQ(exec_spec(config, "filter", request).seccomp, "");
}

TEST(Spec, ADiskGuidIsAsAGptHeaderHasIt) {
  // UEFI specification, appendix A: the first three fields are little-endian.
  const auto guid = base::Uuid::parse("c12a7328-f81f-11d2-ba4b-00a0c93ec93b");
  ASSERT_TRUE(guid);
  const protocol::DiskId expected = {0x28, 0x73, 0x2a, 0xc1, 0x1f, 0xf8, 0xd2, 0x11,
                                     0xba, 0x4b, 0x00, 0xa0, 0xc9, 0x3e, 0xc9, 0x3b};
  EXPECT_EQ(gpt_bytes(*guid), expected);
}

}  // namespace
}  // namespace engine
