#include "memres/instance.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"

namespace memres {
namespace {

Instance sample() {
  return {.config = {.name = "ci",
                     .memory = 512u << 20,
                     .vcpus = 2,
                     .slots = 12,
                     .idle = std::chrono::seconds(1800),
                     .guest_type = "pv",
                     .kernel = "k1",
                     .kernel_arguments = "debug"},
          .domain = base::Uuid::random(),
          .started = base::wall_now(),
          .ready = true};
}

class InstanceTest : public ::testing::Test {
 protected:
  base::TempDir directory_{::testing::TempDir(), "memres"};
  InstanceStore store_{directory_.path()};
};

TEST_F(InstanceTest, IsReadAsItWasWritten) {
  const Instance written = sample();
  store_.save(written);
  const auto read = store_.load("ci");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->config.name, "ci");
  EXPECT_EQ(read->config.memory, written.config.memory);
  EXPECT_EQ(read->config.vcpus, 2u);
  EXPECT_EQ(read->config.slots, 12u);
  EXPECT_EQ(read->config.idle, written.config.idle);
  EXPECT_EQ(read->config.guest_type, "pv");
  EXPECT_EQ(read->config.kernel, "k1");
  EXPECT_EQ(read->config.kernel_arguments, "debug");
  EXPECT_EQ(read->domain, written.domain);
  EXPECT_EQ(read->started, written.started);
  EXPECT_TRUE(read->ready);
  EXPECT_EQ(read->domain_name(), "vxn-memres-ci");
}

TEST_F(InstanceTest, IsAliveAsLongAsSomebodyHoldsItsLock) {
  EXPECT_FALSE(store_.is_alive("ci"));
  {
    const auto lock = store_.try_lock("ci");
    ASSERT_TRUE(lock);
    EXPECT_TRUE(store_.is_alive("ci"));
    EXPECT_FALSE(store_.try_lock("ci"));
    EXPECT_FALSE(store_.wait_gone("ci", base::Deadline::after(base::Milliseconds(50))));
  }
  EXPECT_TRUE(store_.wait_gone("ci", base::Deadline::never()));
}

TEST_F(InstanceTest, LeavesNothing) {
  const auto lock = store_.try_lock("ci");
  store_.save(sample());
  EXPECT_EQ(store_.names(), std::vector<std::string>{"ci"});
  store_.remove("ci");
  EXPECT_TRUE(store_.names().empty());
  EXPECT_TRUE(base::list_directory(directory_.path() + "/memres").empty());
  EXPECT_FALSE(store_.load("ci"));
}

TEST_F(InstanceTest, ARecordThatIsNoneIsToldWithItsPath) {
  for (const char* text : {"", "{}", "[]", "{\"schema\": 2}", "{\"schema\": 1, \"domain\": 7}"}) {
    base::make_directories(store_.directory("ci"));
    base::replace_file(store_.directory("ci") + "/instance.json", text);
    try {
      store_.load("ci");
      FAIL() << text;
    } catch (const base::Error& error) {
      EXPECT_EQ(error.kind(), base::ErrorKind::corrupt);
      EXPECT_NE(error.message().find("/ci/instance.json"), std::string::npos) << error.message();
    }
  }
}

TEST(InstanceName, IsOneThatPathsAndXenTake) {
  for (const char* name : {"a", "default", "ci-2", "A.b_c", "0"})
    EXPECT_TRUE(valid_instance_name(name)) << name;
  for (const char* name : {"", ".", "..", ".ci", "-x", "a/b", "a b", "ä"})
    EXPECT_FALSE(valid_instance_name(name)) << name;
  EXPECT_TRUE(valid_instance_name(std::string(64, 'a')));
  EXPECT_FALSE(valid_instance_name(std::string(65, 'a')));
}

}  // namespace
}  // namespace memres
