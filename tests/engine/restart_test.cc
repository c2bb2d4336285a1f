#include "engine/restart.h"

#include <gtest/gtest.h>

#include <csignal>

#include "tests/support/container_samples.h"

namespace engine {
namespace {

using When = RestartPolicy::When;
using std::chrono::seconds;

Exited ended(int code, EndReason reason = EndReason::exited) {
  const base::WallTime now = base::wall_now();
  return {.code = code, .reason = reason, .started = now - seconds(1), .finished = now};
}

TEST(Restart, NamesOfPoliciesSurvive) {
  for (const When when : {When::no, When::on_failure, When::always, When::unless_stopped})
    EXPECT_EQ(parse_restart_policy(to_string(when)), when);
  for (const char* name : {"", "Always", "on-failure:3", "never"})
    EXPECT_FALSE(parse_restart_policy(name)) << name;
}

TEST(Restart, ThePolicyDecidesByHowItEnded) {
  struct Case {
    RestartPolicy policy;
    int code;
    bool again;
  };
  const Case cases[] = {
      {{.when = When::no}, 1, false},
      {{.when = When::no}, 0, false},
      {{.when = When::on_failure}, 1, true},
      {{.when = When::on_failure}, 0, false},
      {{.when = When::always}, 0, true},
      {{.when = When::always}, 137, true},
      {{.when = When::unless_stopped}, 0, true},
  };
  for (const Case& c : cases)
    EXPECT_EQ(starts_again(c.policy, ended(c.code)), c.again) << to_string(c.policy.when) << c.code;
}

TEST(Restart, NobodyStartsWhatWasStoppedOrCannotStart) {
  for (const When when : {When::on_failure, When::always, When::unless_stopped}) {
    Exited stopped = ended(143);
    stopped.stopped = true;
    EXPECT_FALSE(starts_again({.when = when}, stopped));
    EXPECT_FALSE(starts_again({.when = when}, ended(127, EndReason::failed)));
    EXPECT_TRUE(starts_again({.when = when}, ended(125, EndReason::guest_panic)));
  }
}

TEST(Restart, OnFailureCounts) {
  Exited last = ended(1);
  last.restarts = 2;
  EXPECT_TRUE(starts_again({.when = When::on_failure, .most = 3}, last));
  last.restarts = 3;
  EXPECT_FALSE(starts_again({.when = When::on_failure, .most = 3}, last));
  EXPECT_TRUE(starts_again({.when = When::on_failure, .most = 0}, last));
}

TEST(Restart, TheWaitDoublesUpToAMinuteAndBeginsAnewAfterALongLife) {
  base::Milliseconds wait{0};
  std::vector<std::int64_t> waits(12);
  for (std::int64_t& next : waits) next = (wait = restart_wait(wait, ended(1))).count();
  EXPECT_EQ(waits, (std::vector<std::int64_t>{100, 200, 400, 800, 1600, 3200, 6400, 12800, 25600,
                                              51200, 60000, 60000}));
  Exited lived = ended(1);
  lived.started = lived.finished - seconds(10);
  EXPECT_EQ(restart_wait(wait, lived).count(), 100);
  Exited never_ran = ended(1);
  never_ran.started = {};
  EXPECT_EQ(restart_wait(base::Milliseconds(100), never_ran).count(), 200);
}

TEST(Restart, AtBootWhatHasRunIsStartedUnlessItsPolicySaysOtherwise) {
  Container container = samples::container();
  const auto starts = [&](When when, State state) {
    container.config.restart = {.when = when};
    container.state = std::move(state);
    return starts_at_boot(container);
  };
  Exited stopped = ended(0);
  stopped.stopped = true;
  EXPECT_TRUE(starts(When::always, stopped));
  EXPECT_FALSE(starts(When::unless_stopped, stopped));
  EXPECT_TRUE(starts(When::unless_stopped, ended(0)));
  EXPECT_TRUE(starts(When::on_failure, ended(255, EndReason::host_failure)));
  EXPECT_FALSE(starts(When::on_failure, ended(0)));
  EXPECT_FALSE(starts(When::no, ended(1)));
  EXPECT_FALSE(starts(When::always, Created{}));
  EXPECT_FALSE(starts(When::always, Running{}));
}

TEST(Restart, SomeSignalsAskForTheEnd) {
  ContainerConfig config = samples::container().config;
  config.stop_signal = SIGUSR1;
  for (const int signal : {SIGKILL, SIGTERM, SIGINT, SIGQUIT, SIGUSR1})
    EXPECT_TRUE(asks_to_end(config, signal)) << signal;
  for (const int signal : {SIGHUP, SIGUSR2, SIGWINCH})
    EXPECT_FALSE(asks_to_end(config, signal)) << signal;
}

TEST(Restart, StatesSayWhetherItIsAliveOrOver) {
  Exited waiting = ended(1);
  waiting.restarting_in = "boot";
  waiting.restarts = 4;
  EXPECT_TRUE(is_restarting(waiting));
  EXPECT_TRUE(is_alive(waiting));
  EXPECT_FALSE(is_over(waiting));
  EXPECT_EQ(state_name(waiting), "restarting");
  EXPECT_EQ(restart_count(waiting), 4u);
  EXPECT_TRUE(is_over(ended(0)));
  EXPECT_FALSE(is_alive(ended(0)));
  EXPECT_TRUE(is_alive(Running{}));
  EXPECT_EQ(restart_count(Running{.restarts = 2}), 2u);
  EXPECT_EQ(restart_count(Starting{.restarts = 1}), 1u);
  EXPECT_EQ(restart_count(Created{}), 0u);
}

}  // namespace
}  // namespace engine
