#include "engine/detach_keys.h"

#include <gtest/gtest.h>

namespace engine {
namespace {

TEST(DetachKeys, AreNamedAsDockerNamesThem) {
  EXPECT_EQ(parse_detach_keys("ctrl-p,ctrl-q"), "\x10\x11");
  EXPECT_EQ(parse_detach_keys("ctrl-a,d"), std::string("\x01") + "d");
  EXPECT_EQ(parse_detach_keys("ctrl-@,ctrl-[,ctrl-\\,ctrl-],ctrl-^,ctrl-_"),
            std::string("\0\x1b\x1c\x1d\x1e\x1f", 6));
  EXPECT_EQ(parse_detach_keys(""), "");
  for (const char* text : {"ctrl-", "ctrl-A", "ctrl-1", "ctrl-pq", "ab", ",", "a,", "Ctrl-a"})
    EXPECT_FALSE(parse_detach_keys(text)) << text;
}

struct Case {
  std::string typed;
  std::string passed;
  bool seen;
};

TEST(DetachKeys, OnlyTheWholeSequenceIsTaken) {
  const Case cases[] = {
      {"hello", "hello", false}, {"ab", "", true},   {"xaby", "x", true},    {"a", "", false},
      {"ac", "ac", false},       {"aab", "a", true}, {"aa", "a", false},     {"ba", "b", false},
      {"acab", "ac", true},      {"", "", false},    {"aabmore", "a", true},
  };
  for (const Case& c : cases) {
    DetachKeys at_once("ab");
    EXPECT_EQ(at_once.feed(c.typed), c.passed) << c.typed;
    EXPECT_EQ(at_once.seen(), c.seen) << c.typed;
    DetachKeys one_by_one("ab");
    std::string passed;
    for (const char key : c.typed) passed += one_by_one.feed({&key, 1});
    EXPECT_EQ(passed, c.passed) << c.typed;
    EXPECT_EQ(one_by_one.seen(), c.seen) << c.typed;
  }
}

TEST(DetachKeys, WhatIsHeldBackIsCountedAndComes) {
  DetachKeys keys("abc");
  EXPECT_EQ(keys.feed("ab"), "");
  EXPECT_EQ(keys.held(), 2u);
  EXPECT_EQ(keys.feed("x"), "abx");
  EXPECT_EQ(keys.held(), 0u);
}

TEST(DetachKeys, WithoutKeysEverythingPasses) {
  DetachKeys keys("");
  EXPECT_EQ(keys.feed("\x10\x11"), "\x10\x11");
  EXPECT_FALSE(keys.seen());
}

}  // namespace
}  // namespace engine
