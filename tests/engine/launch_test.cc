#include "engine/launch.h"

#include <gtest/gtest.h>

namespace engine {
namespace {

using Type = LaunchEvent::Type;

TEST(Launch, EveryEventSurvivesItsLine) {
  const LaunchEvent events[] = {{Type::step, 1234567, 0, "create"},
                                {Type::counts, 3, 57, ""},
                                {Type::started, 0, 0, ""},
                                {Type::failure, 127, 2, "exec\nno such file"},
                                {Type::error, 0, 0, "unavailable\nnot enough memory: a\n  b"},
                                {Type::exited, -1, 0, ""},
                                {Type::held, 0, 0, ""},
                                {Type::done, 0, 0, ""}};
  LaunchReader reader;
  std::string lines;
  for (const LaunchEvent& event : events) lines += encode(event);
  std::vector<LaunchEvent> read;
  for (const char c : lines)  // whatever the pieces
    for (LaunchEvent& event : reader.feed({&c, 1})) read.push_back(std::move(event));
  ASSERT_EQ(read.size(), std::size(events));
  for (std::size_t at = 0; at < read.size(); ++at) EXPECT_EQ(read[at], events[at]);
}

TEST(Launch, IgnoresWhatIsNoEvent) {
  LaunchReader reader;
  EXPECT_TRUE(reader.feed("\nnonsense\nstep x y z\nstep 1\n").empty());
  EXPECT_TRUE(reader.feed(std::string(100'000, 'x')).empty());
  EXPECT_EQ(reader.feed("\ndone 0 0 \n").size(), 1u);
}

}  // namespace
}  // namespace engine
