#include "monitor/turn.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"

namespace monitor {
namespace {

class TurnTest : public testing::Test {
 protected:
  TurnRequest request(base::Milliseconds patience) {
    return {.run_root = place_.path(),
            .places = 2,
            .deadline = base::Deadline::after(patience),
            .check = [this] { ++checks_; }};
  }

  base::TempDir place_{testing::TempDir(), "turn"};
  int checks_ = 0;
};

TEST_F(TurnTest, AsManyAsThereArePlacesNeedNotWait) {
  const auto first = take_turn(request(base::Milliseconds(0)));
  const auto second = take_turn(request(base::Milliseconds(0)));
  EXPECT_EQ(checks_, 0);
}

TEST_F(TurnTest, OneMoreIsToldWhenItsTimeIsOver) {
  const auto first = take_turn(request(base::Milliseconds(0)));
  const auto second = take_turn(request(base::Milliseconds(0)));
  try {
    take_turn(request(base::Milliseconds(70)));
    FAIL() << "had its turn";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::unavailable);
  }
  EXPECT_GT(checks_, 1);
}

TEST_F(TurnTest, APlaceIsFreeWithItsHoldersEnd) {
  const auto first = take_turn(request(base::Milliseconds(0)));
  std::optional<base::FileLock> second = take_turn(request(base::Milliseconds(0)));
  TurnRequest third = request(base::Milliseconds(60'000));
  third.check = [&second] { second.reset(); };
  EXPECT_GE(take_turn(third).fd(), 0);
}

TEST_F(TurnTest, WhatTheCheckThrowsEndsTheWait) {
  const auto first = take_turn(request(base::Milliseconds(0)));
  const auto second = take_turn(request(base::Milliseconds(0)));
  TurnRequest third = request(base::Milliseconds(60'000));
  third.check = [] { throw base::Error(base::ErrorKind::interrupted, "cancelled"); };
  EXPECT_THROW(take_turn(third), base::Error);
}

}  // namespace
}  // namespace monitor
