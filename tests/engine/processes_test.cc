#include "engine/processes.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace engine {
namespace {

constexpr std::string_view line =
    "17\t1\t17\t1\t1000\tdora\t34816\tS\t5\t2\t1500\t1767323045000\t4096\t2048\tsh\tsh -c x\n";

TEST(Processes, EveryFieldIsRead) {
  const ProcessList list = parse_processes(
      "65536\n" + std::string(line) + "2\t1\t1\t1\t0\troot\t0\tR\t0\t1\t0\t0\t0\t0\ta b\t[a b]\n");
  EXPECT_EQ(list.memory, 65536);
  ASSERT_EQ(list.processes.size(), 2u);
  EXPECT_EQ(list.processes[0].pid, 2);  // by their numbers
  const ProcessInfo& process = list.processes[1];
  EXPECT_EQ(process.pid, 17);
  EXPECT_EQ(process.parent, 1);
  EXPECT_EQ(process.user, "dora");
  EXPECT_EQ(process.terminal, 34816);
  EXPECT_EQ(process.cpu.count(), 1500);
  EXPECT_EQ(process.started, base::WallTime(std::chrono::seconds(1767323045)));
  EXPECT_EQ(process.command, "sh -c x");
}

TEST(Processes, AGuestWithoutAnyTellsOnlyItsMemory) {
  EXPECT_TRUE(parse_processes("1\n").processes.empty());
}

TEST(Processes, NonsenseIsRefused) {
  const std::string good(line);
  for (const std::string& text :
       {std::string(), std::string("\n"), std::string("x\n"), std::string("1"), "1\n" + good + "\n",
        "1\n" + good.substr(3), "1\n\t" + good, "1\n" + good.substr(0, good.size() - 1),
        "1\n" + good.substr(0, good.size() - 1) + "\tmore\n", std::string("99999999999999999999\n"),
        std::string("9223372036854775807\n"), "1\n1e3" + good.substr(2)}) {
    try {
      parse_processes(text);
      ADD_FAILURE() << text;
    } catch (const base::Error& error) {
      EXPECT_EQ(error.kind(), base::ErrorKind::corrupt);
    }
  }
  std::string many = "1\n";
  for (int i = 0; i < 70'000; ++i) many += good;
  EXPECT_THROW(parse_processes(many), base::Error);
}

TEST(Processes, NoClockHasSuchAStart) {
  for (const char* start : {"9000000000000000", "-1"}) {
    const std::string process = "1\t0\t1\t1\t0\tr\t0\tS\t0\t1\t0\t" + std::string(start);
    EXPECT_THROW(parse_processes("1\n" + process + "\t0\t0\tn\tc\n"), base::Error) << start;
  }
}

TEST(Processes, TextsCannotHarmATerminal) {
  const std::string evil = "1\n1\t1\t1\t1\t0\t\x1b[2J\t0\tS\t0\t1\t0\t0\t0\t0\t\x07\tx\x9b\x7f\n";
  const ProcessInfo process = parse_processes(evil).processes.at(0);
  for (const std::string& text : {process.user, process.name, process.command})
    for (const char byte : text) EXPECT_TRUE(byte >= ' ' && byte < 0x7f) << text;
}

}  // namespace
}  // namespace engine
