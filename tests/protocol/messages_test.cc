#include "guest-init/protocol/messages.h"

#include <gtest/gtest.h>

#include <string>

namespace protocol {
namespace {

// Every cut of a whole message, and one byte more, is refused.
template <typename Message>
void expect_exact(const std::string& whole, const char* what) {
  Message message;
  EXPECT_TRUE(decode(bytes_of(whole), message)) << what;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(decode(bytes_of(std::string_view(whole).substr(0, size)), message))
        << what << " cut at " << size;
  }
  EXPECT_FALSE(decode(bytes_of(whole + '\0'), message)) << what << " and a byte";
}

template <typename Message>
void expect_refused(const std::string& whole,
                    std::initializer_list<std::pair<std::size_t, char>> damages, const char* what) {
  for (const auto& [at, byte] : damages) {
    std::string damaged = whole;
    damaged.at(at) = byte;
    Message message;
    EXPECT_FALSE(decode(bytes_of(damaged), message)) << what << " byte " << at;
  }
}

TEST(Hello, ComesBackAsItWasSent) {
  const Hello hello{.lowest = 1,
                    .highest = 3,
                    .features = 5,
                    .epoch = 0x0123456789abcdef,
                    .largest_payload = 1000,
                    .slot = 7,
                    .exec_ns = 11,
                    .hello_ns = 12};
  const std::string bytes = encode(hello);
  EXPECT_EQ(bytes.size(), 48u);
  EXPECT_EQ(bytes.substr(0, 4), "VXN1");
  Hello back;
  ASSERT_TRUE(decode(bytes_of(bytes), back));
  EXPECT_EQ(back.lowest, 1);
  EXPECT_EQ(back.highest, 3);
  EXPECT_EQ(back.features, 5u);
  EXPECT_EQ(back.epoch, 0x0123456789abcdefu);
  EXPECT_EQ(back.largest_payload, 1000u);
  EXPECT_EQ(back.slot, 7u);
  EXPECT_EQ(back.exec_ns, 11u);
  EXPECT_EQ(back.hello_ns, 12u);
}

TEST(Hello, OfALaterVersionMayBeLongerButNotShorter) {
  const std::string bytes = encode(Hello{});
  Hello back;
  EXPECT_TRUE(decode(bytes_of(bytes + "later"), back));
  EXPECT_FALSE(decode(bytes_of(bytes.substr(0, 47)), back));
}

TEST(Hello, OfSomethingElseIsRefused) {
  expect_refused<Hello>(encode(Hello{}), {{0, 'X'}, {3, '2'}, {4, 9}}, "hello");
}

struct Ranges {
  std::uint16_t a, b, c, d, common;
};

TEST(CommonVersion, IsTheHighestThatBothKnow) {
  const Ranges cases[] = {{1, 1, 1, 1, 1}, {1, 3, 2, 5, 3}, {2, 5, 1, 3, 3},
                          {1, 1, 2, 3, 0}, {4, 5, 1, 3, 0}, {1, 9, 4, 4, 4}};
  for (const Ranges& c : cases) {
    EXPECT_EQ(common_version({.lowest = c.a, .highest = c.b}, {.lowest = c.c, .highest = c.d}),
              c.common);
  }
}

TEST(Positions, ComeBackAsTheyWereSent) {
  const std::vector<Position> positions{{1, 2, 3}, {0xffffffff, 0, 0xffffffffffffffff}};
  std::vector<Position> back;
  ASSERT_TRUE(decode(bytes_of(encode(positions)), back));
  ASSERT_EQ(back.size(), 2u);
  EXPECT_EQ(back[0].process, 1u);
  EXPECT_EQ(back[0].stream, 2);
  EXPECT_EQ(back[0].position, 3u);
  EXPECT_EQ(back[1].position, 0xffffffffffffffffu);
  EXPECT_TRUE(decode({}, back));
  EXPECT_TRUE(back.empty());
}

TEST(Positions, OfWrongShapeAreRefused) {
  std::vector<Position> back;
  const std::string one = encode(std::vector<Position>{{1, 2, 3}});
  EXPECT_FALSE(decode(bytes_of(one.substr(1)), back));
  EXPECT_FALSE(decode(bytes_of(one + one.substr(0, 15)), back));
  expect_refused<std::vector<Position>>(one, {{4, 3}, {5, 1}, {7, 1}}, "positions");
}

TEST(State, ComesBackAsItWasSent) {
  const State state{
      .container = ContainerState::ready,
      .processes = {{.process = 0, .state = ProcessState::exited, .open = 5, .position = {1, 2, 3}},
                    {.process = 9}}};
  const std::string bytes = encode(state);
  expect_exact<State>(bytes, "state");
  State back;
  ASSERT_TRUE(decode(bytes_of(bytes), back));
  EXPECT_EQ(back.container, ContainerState::ready);
  ASSERT_EQ(back.processes.size(), 2u);
  EXPECT_EQ(back.processes[0].state, ProcessState::exited);
  EXPECT_EQ(back.processes[0].open, 5);
  EXPECT_EQ(back.processes[0].position[2], 3u);
  EXPECT_EQ(back.processes[1].process, 9u);
}

TEST(State, OfAnImpossibleCountOrEnumIsRefused) {
  const std::string bytes = encode(State{.processes = {{.process = 1}}});
  expect_refused<State>(
      bytes, {{0, 3}, {1, 1}, {4, 2}, {7, '\x7f'}, {12, 0}, {12, 3}, {13, 8}, {14, 1}}, "state");
}

TEST(Failure, ComesBackAsItWasSent) {
  const std::string bytes =
      encode(Failure{.stage = FailureStage::exec, .error_number = -2, .text = "no such file"});
  Failure back;
  ASSERT_TRUE(decode(bytes_of(bytes), back));
  EXPECT_EQ(back.stage, FailureStage::exec);
  EXPECT_EQ(back.error_number, -2);
  EXPECT_EQ(back.text, "no such file");
  expect_refused<Failure>(bytes, {{0, 0}, {0, 8}, {3, 1}}, "failure");
  EXPECT_FALSE(decode(bytes_of(bytes.substr(0, 7)), back));
}

TEST(Failure, TextIsBounded) {
  const std::string bytes = encode(Failure{.text = std::string(5000, 'x')});
  EXPECT_EQ(bytes.size(), 8u + 1024u);
  Failure back;
  EXPECT_TRUE(decode(bytes_of(bytes), back));
  EXPECT_FALSE(decode(bytes_of(bytes + "x"), back));
}

TEST(ExitRecord, ComesBackAsItWasSent) {
  const ExitRecord record{.signalled = true,
                          .oom = true,
                          .value = 9,
                          .started_ns = 1,
                          .finished_ns = 2,
                          .streams = {StreamSum{1, 2}, StreamSum{3, 4}, StreamSum{5, 6}}};
  const std::string bytes = encode(record);
  EXPECT_EQ(bytes.size(), 72u);
  expect_exact<ExitRecord>(bytes, "exit record");
  ExitRecord back;
  ASSERT_TRUE(decode(bytes_of(bytes), back));
  EXPECT_TRUE(back.signalled);
  EXPECT_TRUE(back.oom);
  EXPECT_EQ(back.value, 9u);
  EXPECT_EQ(back.started_ns, 1u);
  EXPECT_EQ(back.finished_ns, 2u);
  EXPECT_EQ(back.streams, record.streams);
  expect_refused<ExitRecord>(bytes, {{0, 2}, {1, 2}, {2, 1}, {5, 1}, {36, 1}}, "exit record");
}

TEST(Timings, ComeBackAsTheyWereSent) {
  const std::vector<Timing> timings{{"mounts", 17}, {"a-name-of-15-by", 18}};
  const std::string bytes = encode(timings);
  EXPECT_EQ(bytes.size(), 48u);
  std::vector<Timing> back;
  ASSERT_TRUE(decode(bytes_of(bytes), back));
  ASSERT_EQ(back.size(), 2u);
  EXPECT_EQ(back[0].name, "mounts");
  EXPECT_EQ(back[1].name, "a-name-of-15-by");
  EXPECT_EQ(back[1].ns, 18u);
}

TEST(Timings, WithNamesThatAreNoNamesAreRefused) {
  const std::string bytes = encode(std::vector<Timing>{{"mounts", 17}});
  expect_refused<std::vector<Timing>>(bytes, {{0, '\n'}, {1, '\x1b'}, {2, ' '}, {9, 'x'}},
                                      "timings");
  std::string endless = bytes;
  endless.replace(0, 16, "sixteen-letters-");
  std::vector<Timing> back;
  EXPECT_FALSE(decode(bytes_of(endless), back));
  EXPECT_FALSE(decode(bytes_of(bytes.substr(0, 23)), back));
}

TEST(Attach, ComesBackAsItWasSent) {
  const std::string bytes = encode(
      Attach{.process = 3, .streams = 7, .resume = true, .owner = true, .position = {4, 5, 6}});
  expect_exact<Attach>(bytes, "attach");
  Attach back;
  ASSERT_TRUE(decode(bytes_of(bytes), back));
  EXPECT_EQ(back.process, 3u);
  EXPECT_EQ(back.streams, 7);
  EXPECT_TRUE(back.resume && back.owner);
  EXPECT_EQ(back.position[1], 5u);
  expect_refused<Attach>(bytes, {{4, 8}, {5, 2}, {6, 2}, {7, 1}}, "attach");
}

TEST(WindowSize, ComesBackAsItWasSent) {
  const std::string bytes = encode(WindowSize{.rows = 24, .columns = 80});
  expect_exact<WindowSize>(bytes, "window size");
  WindowSize back;
  ASSERT_TRUE(decode(bytes_of(bytes), back));
  EXPECT_EQ(back.rows, 24);
  EXPECT_EQ(back.columns, 80);
}

TEST(LogLine, ComesBackAsItWasSentAndIsBounded) {
  LogLine back;
  ASSERT_TRUE(decode(bytes_of(encode(LogLine{LogLevel::warning, "text"})), back));
  EXPECT_EQ(back.level, LogLevel::warning);
  EXPECT_EQ(back.text, "text");
  const std::string longest = encode(LogLine{LogLevel::debug, std::string(300, 'x')});
  EXPECT_EQ(longest.size(), 256u);
  EXPECT_TRUE(decode(bytes_of(longest), back));
  EXPECT_FALSE(decode(bytes_of(longest + "x"), back));
  EXPECT_FALSE(decode(bytes_of("\3text"), back));
  EXPECT_FALSE(decode({}, back));
}

}  // namespace
}  // namespace protocol
