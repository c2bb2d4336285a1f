#include "guest-init/process_list.h"

#include <gtest/gtest.h>

namespace guest_init {
namespace {

constexpr std::string_view stat_tail =
    " S 1 17 3 34816 17 4194560 1 2 3 4 250 50 0 0 20 5 2 0 1000 4096 2 18446744073709551615 1";
constexpr std::string_view status =
    "Name:\tsh\nUmask:\t0022\nUid:\t7\t1000\t7\t7\nGid:\t0\t0\t0\t0\n";
constexpr std::string_view passwd = "root:x:0:0::/:/bin/sh\ndora:x:1000:1000::/:/bin/sh\n";

std::string line_of(std::string_view name, std::string_view command) {
  const std::string stat = "17 (" + std::string(name) + ")" + std::string(stat_tail);
  return process_line({.stat = stat,
                       .status = status,
                       .command_line = command,
                       .passwd = passwd,
                       .now_ms = 1'000'000,
                       .up_ms = 60'000});
}

TEST(ProcessList, ALineTellsEverything) {
  using std::string_view_literals::operator""sv;
  EXPECT_EQ(line_of("sh", "sh\0-c\0x y\0"sv),
            "17\t1\t17\t3\t1000\tdora\t34816\tS\t5\t2\t3000\t950000\t4096\t8192\tsh\tsh -c x y\n");
}

TEST(ProcessList, ANameMayHoldAnything) {
  EXPECT_EQ(line_of("a) S (b", "x").substr(0, 10), "17\t1\t17\t3\t");
  const std::string line = line_of("t\tn\n", "");
  EXPECT_TRUE(line.ends_with("\tt?n?\t[t?n?]\n")) << line;
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
  EXPECT_EQ(std::count(line.begin(), line.end(), '\t'), 15);
}

TEST(ProcessList, WhoIsUnknownKeepsItsNumberAndALongCommandIsCut) {
  const std::string stat = "17 (sh)" + std::string(stat_tail);
  const std::string line = process_line({.stat = stat,
                                         .status = status,
                                         .command_line = std::string(100'000, 'x'),
                                         .passwd = "",
                                         .now_ms = 0,
                                         .up_ms = 0});
  EXPECT_NE(line.find("\t1000\t1000\t"), line.npos);
  EXPECT_LT(line.size(), 5000u);
}

TEST(ProcessList, WhatIsNoStatGivesNothing) {
  for (const char* stat : {"", "17", "17 (sh", "17 (sh)", "17 (sh) S 1 2", "() () ("})
    EXPECT_EQ(process_line({.stat = stat}), "") << stat;
}

}  // namespace
}  // namespace guest_init
