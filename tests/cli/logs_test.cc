#include "cli/moment.h"
#include "tests/cli/app_fixture.h"

namespace cli {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

class LogsTest : public AppTest {
 protected:
  LogsTest() {
    fake::world().containers = {fake::container("web", engine::Running{}, before_now(60))};
    fake::world().records = {
        {.stream = 1, .time = before_now(50), .text = "one\ntw"},
        {.stream = 2, .time = before_now(40), .text = "err\n"},
        {.stream = 1, .time = before_now(30), .text = "o\nthree\n"},
    };
  }
};

TEST_F(LogsTest, EachStreamGoesWhereItBelongs) {
  const Said said = vdkr({"logs", "web"});
  EXPECT_EQ(said.code, 0);
  EXPECT_EQ(said.out, "one\ntwo\nthree\n");
  EXPECT_EQ(said.err, "err\n");
  EXPECT_FALSE(fake::world().logs.follow || fake::world().logs.tail || fake::world().logs.since);
}

TEST_F(LogsTest, TimesStandBeforeLinesNotBeforeTheirPieces) {
  const Said said = vpdmn({"logs", "-t", "web"});
  EXPECT_EQ(said.out,
            "2026-01-02T03:03:15.000000000Z one\n"
            "2026-01-02T03:03:15.000000000Z two\n"
            "2026-01-02T03:03:35.000000000Z three\n");
  EXPECT_EQ(said.err, "2026-01-02T03:03:25.000000000Z err\n");
}

TEST_F(LogsTest, OptionsReachTheEngine) {
  EXPECT_EQ(
      vdkr({"logs", "-f", "--tail", "20", "--since", "10m", "--until", "1767323045.5", "web"}).code,
      0);
  const engine::LogRequest& request = fake::world().logs;
  EXPECT_TRUE(request.follow);
  EXPECT_EQ(request.tail, 20u);
  EXPECT_EQ(request.since, before_now(600));
  EXPECT_EQ(request.until, test_now() + std::chrono::milliseconds(500));
  EXPECT_EQ(vdkr({"logs", "--tail", "all", "web"}).code, 0);
  EXPECT_EQ(request.tail, std::nullopt);
  EXPECT_EQ(vdkr({"logs", "-n", "-1", "web"}).code, 0);
  EXPECT_EQ(request.tail, std::nullopt);
  EXPECT_EQ(vdkr({"logs", "-n0", "web"}).code, 0);
  EXPECT_EQ(request.tail, 0u);
}

TEST_F(LogsTest, MistakesAreTold) {
  EXPECT_EQ(vdkr({"logs", "nil"}).err, "vdkr: No such container: nil\n");
  EXPECT_EQ(vdkr({"logs", "--since", "noon", "web"}).err,
            "vdkr: invalid value for \"since\": noon\n");
  EXPECT_EQ(vdkr({"logs", "--tail", "x", "web"}).code, 125);
  EXPECT_EQ(vdkr({"logs"}).code, 1);
}

TEST_F(LogsTest, WhatIsKeptIsAskedForWhenAContainerIsMade) {
  EXPECT_EQ(vdkr({"create", "--log-driver", "json-file", "--log-opt", "max-size=1m", "--log-opt",
                  "max-file=5", "busybox"})
                .code,
            0);
  EXPECT_TRUE(fake::world().created->log.kept);
  EXPECT_EQ(fake::world().created->log.max_size, 1u << 20);
  EXPECT_EQ(fake::world().created->log.max_files, 5u);
  EXPECT_EQ(vdkr({"run", "--log-driver=none", "--log-opt", "max-size=-1", "busybox"}).code, 0);
  EXPECT_FALSE(fake::world().created->log.kept);
  EXPECT_EQ(fake::world().created->log.max_size, 0u);
  for (const char* wrong : {"--log-driver=syslog", "--log-opt=max-file=0", "--log-opt=max-size=x",
                            "--log-opt=tag=x", "--log-opt=max-file=101"})
    EXPECT_EQ(vdkr({"run", wrong, "busybox"}).code, 125) << wrong;
}

TEST(Moment, IsReadAsDockerReadsIt) {
  const auto at = [](std::string_view text) { return parse_moment(text, test_now()); };
  EXPECT_EQ(at("1767323045"), test_now());
  EXPECT_EQ(at("0.25"), base::WallTime(nanoseconds(250'000'000)));
  EXPECT_EQ(at("1h30m"), test_now() - seconds(5400));
  EXPECT_EQ(at("2026-01-02T03:04:05Z"), test_now());
  EXPECT_EQ(at("2026-01-02T05:04:05.000+02:00"), test_now());
  ::setenv("TZ", "UTC", 1);
  ::tzset();
  EXPECT_EQ(at("2026-01-02T03:04:05"), test_now());
  EXPECT_EQ(at("2026-01-02T03:04"), test_now() - seconds(5));
  EXPECT_EQ(at("2026-01-02"), test_now() - seconds(3 * 3600 + 4 * 60 + 5));
  for (const char* text : {"", "x", "1x", "-", "1h ", "2026-13-01", "2026-01-02T", "1.2.3", ".",
                           "99999999999999999999", "9999999999999h", "nan", "inf"})
    EXPECT_FALSE(at(text)) << text;
}

TEST(Moment, DurationsAreGos) {
  EXPECT_EQ(parse_duration("1.5s"), nanoseconds(1'500'000'000));
  EXPECT_EQ(parse_duration("-3ms"), nanoseconds(-3'000'000));
  EXPECT_EQ(parse_duration("2h3m4s5ms6us7ns"), nanoseconds(7'384'005'006'007));
  EXPECT_EQ(parse_duration("0"), nanoseconds(0));
  for (const char* text : {"", "1", "s", "1s2", "1 s", "+-1s", "1e3s"})
    EXPECT_FALSE(parse_duration(text)) << text;
}

}  // namespace
}  // namespace cli
