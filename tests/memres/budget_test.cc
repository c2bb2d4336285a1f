#include "memres/budget.h"

#include <gtest/gtest.h>

namespace memres {
namespace {

constexpr std::uint64_t mib = 1u << 20;

TEST(Budget, SmallGuestsLackMemoryFirst) {
  const Room room = room_in(128 * mib);
  EXPECT_EQ(room.limit, "memory");
  EXPECT_EQ(room.containers, 40u);
  EXPECT_EQ(room_in(16 * mib).containers, 0u);
}

TEST(Budget, LargeOnesWhatXenGives) {
  const Room room = room_in(64'000 * mib);
  EXPECT_EQ(room.limit, "xenstore nodes");
  EXPECT_EQ(room.containers, 312u);
}

TEST(Budget, WhatIsLeftIsToldWithWhatComesFirst) {
  EXPECT_EQ(room_left(64, 10, 1000 * mib).containers, 54u);
  EXPECT_EQ(room_left(64, 10, 1000 * mib).limit, "slots");
  EXPECT_EQ(room_left(64, 10, 36 * mib).containers, 10u);
  EXPECT_EQ(room_left(64, 10, 36 * mib).limit, "memory");
  EXPECT_EQ(room_left(4, 9, 1000 * mib).containers, 0u);
  EXPECT_EQ(room_left(512, 300, 64'000 * mib).limit, "xenstore nodes");
}

}  // namespace
}  // namespace memres
