#include "engine/spec.h"

#include <gtest/gtest.h>

#include "tests/support/container_samples.h"

namespace engine {
namespace {

TEST(Spec, TheGuestIsToldWhatTheRecordSays) {
  const ContainerConfig config = samples::container().config;
  const protocol::ContainerSpec container = container_spec(config);
  EXPECT_EQ(container.hostname, "box");
  EXPECT_EQ(container.layers, 2u);
  EXPECT_EQ(container.writable_disk, config.writable_disk.bytes());
  EXPECT_TRUE(container.read_only_root);
  EXPECT_EQ(container.memory_limit, config.memory);
  const protocol::ProcessSpec process = process_spec(config);
  EXPECT_EQ(process.argv, config.argv);
  EXPECT_EQ(process.env, config.env);
  EXPECT_TRUE(process.standard_input);
  EXPECT_TRUE(process.init);
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
