#include "oci-runtime/state_file.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"

namespace oci {
namespace {

TEST(StateFile, IdsAreRuncs) {
  for (const char* id : {"a", "A-b_c.d+e", "0"}) EXPECT_TRUE(valid_id(id)) << id;
  for (const char* id : {"", ".", "..", "a/b", "a b", "a\n", "ä"}) EXPECT_FALSE(valid_id(id)) << id;
}

TEST(StateFile, IsReservedWrittenReadAndRemoved) {
  const base::TempDir directory("/tmp", "state-test");
  const StateFiles files(directory.path() + "/root");
  EXPECT_FALSE(files.load("c"));
  EXPECT_THROW(files.require("c"), base::Error);
  files.reserve("c");
  EXPECT_THROW(files.reserve("c"), base::Error);
  ASSERT_TRUE(files.load("c"));
  EXPECT_EQ(files.load("c")->container, "");
  files.write("c", {.container = "abc",
                    .pid = 7,
                    .bundle = "/b",
                    .oci_version = "1.0.2",
                    .cgroup = "/sys/fs/cgroup/x",
                    .annotations = {{"k", "v"}}});
  const StateFile read = files.require("c");
  EXPECT_EQ(read.container, "abc");
  EXPECT_EQ(read.pid, 7);
  EXPECT_EQ(read.bundle, "/b");
  EXPECT_EQ(read.oci_version, "1.0.2");
  EXPECT_EQ(read.cgroup, "/sys/fs/cgroup/x");
  EXPECT_EQ(read.annotations.at("k"), "v");
  files.remove("c");
  files.remove("c");
  EXPECT_FALSE(files.load("c"));
  EXPECT_FALSE(files.load("../root"));
}

}  // namespace
}  // namespace oci
