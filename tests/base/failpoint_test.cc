#include "base/failpoint.h"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>

#include "base/error.h"

namespace base {
namespace {

class Failpoint : public testing::Test {
 protected:
  void TearDown() override { ::unsetenv("VXN_FAILPOINT"); }
  static void choose(const char* value) { ::setenv("VXN_FAILPOINT", value, 1); }
};

TEST_F(Failpoint, DoesNothingUnlessItIsNamed) {
  failpoint("client.record");
  choose("client.recorded,client,record:error");
  failpoint("client.record");
}

TEST_F(Failpoint, KillsTheProcess) {
  choose("relay.hello,client.record");
  EXPECT_EXIT(failpoint("client.record"), testing::KilledBySignal(SIGKILL),
              "failpoint client.record");
}

TEST_F(Failpoint, IsForgottenForASuccessor) {
  choose("client.record");
  forget_failpoints();
  failpoint("client.record");
}

TEST_F(Failpoint, ThrowsWhereErrorIsAskedFor) {
  choose("client.record:error");
  EXPECT_THROW(failpoint("client.record"), Error);
}

TEST_F(Failpoint, BeginsAnewEveryOtherTimeWhereThatIsAskedFor) {
  EXPECT_FALSE(failpoint_again("xenstore.transaction"));
  choose("xenstore.transaction:again");
  EXPECT_FALSE(failpoint_again("xenstore"));
  const bool first = failpoint_again("xenstore.transaction");
  EXPECT_NE(failpoint_again("xenstore.transaction"), first);
  EXPECT_EQ(failpoint_again("xenstore.transaction"), first);
}

}  // namespace
}  // namespace base
