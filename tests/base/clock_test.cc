#include "base/clock.h"

#include <gtest/gtest.h>

#include <climits>

namespace base {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;

TEST(Deadline, NeverIsNeverReached) {
  EXPECT_FALSE(Deadline::never().expired());
  EXPECT_EQ(Deadline::never().poll_timeout(), -1);
  EXPECT_EQ(Deadline::never().remaining(), Milliseconds::max());
  EXPECT_EQ(Deadline::after(Milliseconds::max()).poll_timeout(), -1);
}

TEST(Deadline, OneThatHasPassedLeavesNoTime) {
  for (Deadline past : {Deadline::after(Milliseconds{0}), Deadline::after(Milliseconds{-5})}) {
    EXPECT_TRUE(past.expired());
    EXPECT_EQ(past.remaining(), Milliseconds{0});
    EXPECT_EQ(past.poll_timeout(), 0);
  }
}

TEST(Deadline, PollTimeoutFitsAnInt) {
  EXPECT_EQ(Deadline::after(hours{24 * 365}).poll_timeout(), INT_MAX);
  const int timeout = Deadline::after(seconds{10}).poll_timeout();
  EXPECT_GT(timeout, 0);
  EXPECT_LE(timeout, 10'000);
}

TEST(Deadline, TheSoonerOneWins) {
  EXPECT_LE(Deadline::after(hours{1}).sooner(seconds{1}).remaining(), seconds{1});
  EXPECT_LE(Deadline::after(seconds{1}).sooner(hours{1}).remaining(), seconds{1});
  EXPECT_LE(Deadline::never().sooner(seconds{1}).remaining(), seconds{1});
  EXPECT_EQ(Deadline::never().sooner(Milliseconds::max()).poll_timeout(), -1);
}

TEST(Stopwatch, LapsAddUpToWhatElapsed) {
  Stopwatch watch;
  const auto first = watch.lap();
  const auto second = watch.lap();
  EXPECT_GE(first.count(), 0);
  EXPECT_LE(first + second, watch.elapsed());
}

TEST(FormatTime, IsRfc3339WithNanoseconds) {
  struct Case {
    nanoseconds since_1970;
    const char* text;
  };
  const Case cases[] = {
      {nanoseconds{0}, "1970-01-01T00:00:00.000000000Z"},
      {seconds{951'782'400} + nanoseconds{1}, "2000-02-29T00:00:00.000000001Z"},
      {nanoseconds{-1}, "1969-12-31T23:59:59.999999999Z"},
      {seconds{1'767'323'045} + nanoseconds{678'901'234}, "2026-01-02T03:04:05.678901234Z"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(format_time(WallTime(c.since_1970)), c.text);
    EXPECT_EQ(parse_time(c.text), WallTime(c.since_1970));
  }
}

TEST(ParseTime, ReadsOffsetsAndFractions) {
  const WallTime expected{seconds{1'767'323'045}};
  const char* same[] = {"2026-01-02T03:04:05Z", "2026-01-02t03:04:05z", "2026-01-02T05:04:05+02:00",
                        "2026-01-01T21:34:05-05:30", "2026-01-02T03:04:05.000Z"};
  for (const char* text : same) EXPECT_EQ(parse_time(text), expected) << text;
  EXPECT_EQ(parse_time("2026-01-02T03:04:05.5Z"), expected + std::chrono::milliseconds{500});
  EXPECT_EQ(parse_time("2026-01-02T03:04:05.1234567899Z"), expected + nanoseconds{123'456'789});
}

TEST(ParseTime, RefusesEverythingElse) {
  const char* wrong[] = {"",
                         "now",
                         "2026-01-02",
                         "2026-01-02T03:04:05",
                         "2026-01-02 03:04:05Z",
                         "2026-02-30T03:04:05Z",
                         "2026-00-02T03:04:05Z",
                         "2026-13-02T03:04:05Z",
                         "2026-01-02T24:04:05Z",
                         "2026-01-02T03:60:05Z",
                         "2026-01-02T03:04:60Z",
                         "2026-01-02T03:04:05.Z",
                         "2026-01-02T03:04:05+2:00",
                         "2026-01-02T03:04:05+24:00",
                         "2026-01-02T03:04:05+02:60",
                         "2026-01-02T03:04:05Zjunk",
                         "2026-01-02T0a:04:05Z",
                         "+026-01-02T03:04:05Z",
                         "0001-01-01T00:00:00Z",
                         "9999-01-01T00:00:00Z"};
  for (const char* text : wrong) EXPECT_FALSE(parse_time(text)) << text;
}

// Cases and words of github.com/docker/go-units.
TEST(HumanDuration, SpeaksAsDockerDoes) {
  struct Case {
    seconds duration;
    const char* text;
  };
  constexpr hours day{24};
  const Case cases[] = {
      {seconds{-3}, "Less than a second"},
      {seconds{0}, "Less than a second"},
      {seconds{1}, "1 second"},
      {seconds{45}, "45 seconds"},
      {seconds{59}, "59 seconds"},
      {minutes{1}, "About a minute"},
      {seconds{119}, "About a minute"},
      {minutes{3}, "3 minutes"},
      {minutes{59}, "59 minutes"},
      {minutes{60}, "About an hour"},
      {minutes{89}, "About an hour"},
      {minutes{90}, "2 hours"},
      {minutes{45} + hours{3}, "4 hours"},
      {hours{47}, "47 hours"},
      {hours{47} + minutes{30}, "2 days"},
      {hours{48}, "2 days"},
      {13 * day, "13 days"},
      {14 * day, "2 weeks"},
      {59 * day, "8 weeks"},
      {60 * day, "2 months"},
      {729 * day, "24 months"},
      {730 * day, "2 years"},
      {3 * 365 * day + 61 * day, "3 years"},
  };
  for (const Case& c : cases) EXPECT_EQ(human_duration(c.duration), c.text) << c.duration.count();
}

}  // namespace
}  // namespace base
