#include "engine/container_json.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/support/container_samples.h"

namespace engine {
namespace {

TEST(ContainerJson, EveryFieldSurvivesTheRecord) {
  const ContainerConfig config = samples::container().config;
  const ContainerConfig read = config_from_json(config_to_json(config), "config.json");
  EXPECT_EQ(read.argv, config.argv);
  EXPECT_EQ(read.env, config.env);
  EXPECT_EQ(read.labels, config.labels);
  EXPECT_EQ(read.own_layers, config.own_layers);
  EXPECT_TRUE(read.tied);
  EXPECT_EQ(read.placement.domain, config.placement.domain);
  EXPECT_EQ(read.writable_disk, config.writable_disk);
  // The text is a function of all fields: equal texts, equal records.
  EXPECT_EQ(config_to_json(read), config_to_json(config));
}

TEST(ContainerJson, EveryStateSurvivesTheRecord) {
  const base::WallTime now = base::wall_now();
  const State states[] = {Created{}, Starting{.boot_id = "b", .again = true, .restarts = 3},
                          Running{.boot_id = "b",
                                  .started = now,
                                  .paused = true,
                                  .restarts = 4,
                                  .stopped = true,
                                  .missed_wakeups = 6},
                          Exited{.code = 137,
                                 .reason = EndReason::out_of_memory,
                                 .started = now,
                                 .finished = now,
                                 .error = "out of memory",
                                 .cleaned = true,
                                 .restarts = 5,
                                 .stopped = true,
                                 .restarting_in = "b"}};
  for (const State& state : states) {
    const State read = state_from_json(state_to_json(state), "state.json");
    EXPECT_EQ(read.index(), state.index());
    EXPECT_EQ(state_to_json(read), state_to_json(state));
  }
}

TEST(ContainerJson, RecordsOfBeforeThereWereRestartPoliciesAreRead) {
  const std::string text = config_to_json(samples::container().config);
  const std::size_t at = text.find("\"restart\"");
  ASSERT_NE(at, std::string::npos);
  std::string old = text;
  old.replace(at, 9, "\"renamed\"");
  EXPECT_EQ(config_from_json(old, "config.json").restart.when, RestartPolicy::When::no);
  const State exited = state_from_json(R"({"schema": 1, "state": "exited", "code": 3})", "state");
  EXPECT_TRUE(is_over(exited));
  std::string unknown = text;
  unknown.replace(unknown.find("always"), 6, "oncely");
  EXPECT_THROW(config_from_json(unknown, "config.json"), base::Error);
}

TEST(ContainerJson, RefusesWhatANewerVersionWrote) {
  try {
    state_from_json(R"({"schema": 2, "state": "created"})", "state.json");
    FAIL() << "was read";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::unsupported);
    EXPECT_NE(error.message().find("state.json"), std::string::npos);
  }
}

TEST(ContainerJson, RefusesWhatIsNoRecord) {
  for (const char* text : {"", "[]", "{}", "{\"schema\":0}", "{\"schema\":1}",
                           "{\"schema\":1,\"state\":\"asleep\"}", "{\"schema\":1,\"state\":7}"})
    EXPECT_THROW(state_from_json(text, "state.json"), base::Error) << text;
  std::string config = config_to_json(samples::container().config);
  const std::size_t at = config.find("\"domain\"");
  config.replace(at, 8, "\"domane\"");
  EXPECT_THROW(config_from_json(config, "config.json"), base::Error);
}

}  // namespace
}  // namespace engine
