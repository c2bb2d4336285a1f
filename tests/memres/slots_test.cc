#include "memres/slots.h"

#include <gtest/gtest.h>

#include "base/file.h"

namespace memres {
namespace {

const std::string ada(64, 'a');
const std::string bob(64, 'b');

class SlotsTest : public ::testing::Test {
 protected:
  base::TempDir directory_{::testing::TempDir(), "slots"};
  SlotTable table_{directory_.path(), 2};
};

TEST_F(SlotsTest, TheLowestFreeOneIsTaken) {
  const auto first = table_.take(ada);
  auto second = table_.take(bob);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->number(), 0u);
  EXPECT_EQ(second->number(), 1u);
  EXPECT_FALSE(table_.take(ada));
  std::move(*second).give_back();
  const auto again = table_.take(ada);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->number(), 1u);
}

TEST_F(SlotsTest, OneWhoseHolderHasDiedIsItsOwnersAlone) {
  { const auto died = table_.take(ada); }
  EXPECT_FALSE(table_.take_again(bob));
  const auto other = table_.take(bob);
  ASSERT_TRUE(other);
  EXPECT_EQ(other->number(), 1u);
  auto mine = table_.take_again(ada);
  ASSERT_TRUE(mine);
  EXPECT_EQ(mine->number(), 0u);
  EXPECT_FALSE(table_.take_again(ada));  // somebody holds it
  std::move(*mine).give_back();
  EXPECT_FALSE(table_.take_again(ada));  // it is nobody's
}

TEST_F(SlotsTest, TheDiskOfOneIsKnownUntilItIsGivenBack) {
  {
    auto died = table_.take(ada);
    EXPECT_FALSE(died->disk());
    died->use_disk(12);
    EXPECT_EQ(died->disk(), 12u);
  }
  EXPECT_EQ(table_.used()[0].disk, 12u);
  EXPECT_EQ(table_.used()[0].owner, ada);
  auto again = table_.take_again(ada);
  EXPECT_EQ(again->disk(), 12u);
  std::move(*again).give_back();
  EXPECT_TRUE(table_.used().empty());
  EXPECT_FALSE(table_.take(bob)->disk());
}

TEST_F(SlotsTest, WhatIsInQuarantineIsNobodysAnyMore) {
  auto taken = table_.take(ada);
  taken->use_disk(7);
  std::move(*taken).quarantine();
  EXPECT_FALSE(table_.take_again(ada));
  const auto next = table_.take(ada);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->number(), 1u);
  const auto used = table_.used();
  ASSERT_EQ(used.size(), 2u);
  EXPECT_EQ(used[0].owner, "");
  EXPECT_EQ(used[0].disk, 7u) << "the guest may have it mounted";
  EXPECT_EQ(used[1].owner, ada);
}

}  // namespace
}  // namespace memres
