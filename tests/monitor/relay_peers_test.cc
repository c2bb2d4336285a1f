// Several at once: who attaches to a container that runs, and further processes in it.
#include "guest-init/protocol/spec.h"
#include "tests/monitor/relay_peers_fixture.h"

namespace monitor {
namespace {

TEST_F(RelayPeersTest, WhoComesLaterReadsWhatComesNext) {
  run_container();
  grant(1, 0, 1000);
  guest_->say(FrameType::data, "before", 1, 0);
  ASSERT_TRUE(client_->next(FrameType::data));
  FramePeer second = connect();
  attach(second, 0);
  EXPECT_EQ(attached(second).position[1], 6u);
  EXPECT_EQ(second.next(FrameType::close)->stream, 0) << "standard input is the first one's";
  guest_->say(FrameType::data, "after", 1, 6);
  EXPECT_EQ(client_->next(FrameType::data)->payload, "after");
  EXPECT_EQ(second.next(FrameType::data)->payload, "after");
}

TEST_F(RelayPeersTest, TheGuestKeepsWhatOneOfThemHasNotWritten) {
  run_container();
  grant(1, 0, 1000);
  FramePeer second = connect();
  attach(second, 0);
  attached(second);
  guest_->say(FrameType::data, "hello", 1, 0);
  EXPECT_EQ(second.next(FrameType::data)->payload, "hello");
  client_->say_number(FrameType::ack, 2000, 1, 5);
  second.say_number(FrameType::ack, 1500, 1, 3);
  std::uint64_t limit = 0;
  while (limit < 1500) EXPECT_LE(acked(0, 1, &limit).position, 3u);
  second.hang_up();
  while (limit < 2000) acked(0, 1, &limit);
}

TEST_F(RelayPeersTest, WhoTakesOverTheInputGoesOnBehindTheFirst) {
  run_container();
  guest_->say_number(FrameType::ack, 100, 0, 0);
  ASSERT_TRUE(client_->next(FrameType::ack));
  client_->say(FrameType::data, "abc", 0, 0);
  ASSERT_TRUE(guest_->next(FrameType::data));
  client_->hang_up();
  EXPECT_EQ(guest_->next(FrameType::eof)->offset, 3u) << "it had begun the container";
  FramePeer second = connect();
  attach(second, 0);
  EXPECT_EQ(attached(second).position[0], 3u);
}

TEST_F(RelayPeersTest, AProcessIsStartedHasItsStreamsAndEnds) {
  run_container();
  FramePeer exec = connect();
  const std::uint32_t number = start_process(exec);
  EXPECT_NE(number, 0u);
  guest_says(FrameType::started, number, std::string(4, '\0'));
  ASSERT_TRUE(exec.next(FrameType::started));
  exec.say_number(FrameType::ack, 100, 1, 0);
  std::uint64_t limit = 0;
  while (limit < 100) acked(number, 1, &limit);
  guest_says(FrameType::data, number, "out", 1, 0);
  EXPECT_EQ(exec.next(FrameType::data)->payload, "out");
  guest_says(FrameType::ack, number, std::string("\x40\0\0\0\0\0\0\0", 8));
  ASSERT_TRUE(exec.next(FrameType::ack));
  exec.say(FrameType::data, "in", 0, 0);
  const auto input = guest_->next(FrameType::data);
  EXPECT_EQ(input->payload, "in");
  EXPECT_EQ(input->process, number);
  exec.say_number(FrameType::ack, 200, 1, 3);
  protocol::ExitRecord record;
  record.value = 7;
  record.streams[1].bytes = 3;
  guest_says(FrameType::exit, number, encode(record));
  ASSERT_TRUE(exec.next(FrameType::exit));
  exec.say(FrameType::exit_ack);
  const auto acknowledged = guest_->next(FrameType::exit_ack);
  ASSERT_TRUE(acknowledged);
  EXPECT_EQ(acknowledged->process, number);
  FramePeer again = connect();
  EXPECT_NE(start_process(again), number);
}

TEST_F(RelayPeersTest, OneThatCannotBeStartedIsToldAndForgotten) {
  run_container();
  FramePeer exec = connect();
  const std::uint32_t number = start_process(exec);
  const std::string failure = encode(protocol::Failure{
      .stage = protocol::FailureStage::exec, .error_number = 2, .text = "no such file"});
  guest_says(FrameType::failed, number, failure);
  EXPECT_EQ(exec.next(FrameType::failed)->payload, failure);
  guest_says(FrameType::data, number, "x", 1, 0);
  expect_broken();
}

TEST_F(RelayPeersTest, WhatNobodyAttendsAnyMoreRunsOnAndIsForgottenAtItsEnd) {
  run_container();
  FramePeer exec = connect();
  const std::uint32_t number = start_process(exec);
  guest_says(FrameType::started, number, std::string(4, '\0'));
  ASSERT_TRUE(exec.next(FrameType::started));
  exec.hang_up();
  const auto end = guest_->next(FrameType::eof);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->process, number);
  std::uint64_t limit = 0;
  acked(number, 1, &limit);
  EXPECT_GT(limit, 100'000u);
  guest_says(FrameType::data, number, "unread", 1, 0);
  guest_says(FrameType::eof, number, "", 1, 6);
  EXPECT_EQ(acked(number, 1, &limit).position, 6u);
  protocol::ExitRecord record;
  record.streams[1].bytes = 6;
  guest_says(FrameType::exit, number, encode(record));
  EXPECT_EQ(guest_->next(FrameType::exit_ack)->process, number);
}

TEST_F(RelayPeersTest, AfterTheRelaysDeathAProcessIsFoundAgain) {
  FramePeer exec = take_over({2, 1, 0}, {0, 4, 0});
  guest_says(FrameType::started, 0, std::string(4, '\0'));
  guest_says(FrameType::started, 3, std::string(4, '\0'));
  EXPECT_EQ(attached(exec).process, 3u);
  attached(*client_);
  ASSERT_TRUE(exec.next(FrameType::started));
  exec.say_number(FrameType::ack, 50, 1, 4);
  std::uint64_t limit = 0;
  while (limit < 50) acked(3, 1, &limit);
  guest_says(FrameType::data, 3, "234", 1, 1);  // which it had already
  EXPECT_EQ(exec.next(FrameType::data)->offset, 1u);
  EXPECT_EQ(acked(3, 1, &limit).position, 4u);
  FramePeer late = connect();
  attach(late, 9);
  EXPECT_TRUE(late.next(FrameType::error));
  FramePeer next = connect();
  EXPECT_GT(start_process(next), 3u);
}

TEST_F(RelayPeersTest, WhatWasNotToldBeforeTheRelaysDeathIsToldAfterIt) {
  FramePeer exec = take_over();
  guest_says(FrameType::started, 0, std::string(4, '\0'));
  EXPECT_EQ(attached(exec).process, 3u);
  const std::string failure = encode(protocol::Failure{
      .stage = protocol::FailureStage::exec, .error_number = 2, .text = "no such file"});
  guest_says(FrameType::failed, 3, failure);
  EXPECT_EQ(exec.next(FrameType::failed)->payload, failure);
}

TEST_F(RelayPeersTest, WhatIsWantedBeforeTheRelayKnowsOfTheContainerIsStartedOnceItDoes) {
  start(true, 42);
  FramePeer exec = connect();
  exec.say(FrameType::process_spec, spec);
  exec.say(FrameType::process_start, {}, 0, std::strlen(spec));
  attach(true, {0, 0, 0});
  tell_processes({{.process = 0, .open = 7, .position = {}}});
  guest_says(FrameType::started, 0, std::string(4, '\0'));
  const auto begun = guest_->next(FrameType::process_start);
  ASSERT_TRUE(begun);
  EXPECT_EQ(attached(exec).process, begun->process);
}

TEST_F(RelayPeersTest, AnEntrypointCanFailAfterTheRelaysDeath) {
  take_over();
  guest_says(
      FrameType::failed, 0,
      encode(protocol::Failure{
          .stage = protocol::FailureStage::exec, .error_number = 13, .text = "not executable"}));
  const auto failed = told(MessageType::failed);
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->code, 13);
}

TEST_F(RelayPeersTest, NumbersThatLeaveNoneForTheNextAreRefused) {
  take_over({}, {}, ~0u);
  expect_broken();
}

TEST_F(RelayPeersTest, WhoHadItStartedClosesItsOutputAfterTheRelaysDeathToo) {
  start(true, 42);
  attach(true, {0, 0, 0});
  tell_processes({{.process = 0, .open = 7, .position = {}}});
  guest_says(FrameType::started, 0, std::string(4, '\0'));
  attached(*client_);
  client_->say(FrameType::close, {}, 1);
  const auto close = guest_->next(FrameType::close);
  ASSERT_TRUE(close);
  EXPECT_EQ(close->stream, 1);
}

TEST_F(RelayPeersTest, WhatNoClientMayAskForCutsItOffAlone) {
  run_container();
  FramePeer gap = connect();
  gap.say(FrameType::process_spec, spec, 0, 5);
  EXPECT_TRUE(gap.closed());
  FramePeer empty = connect();
  empty.say(FrameType::process_start);
  EXPECT_TRUE(empty.closed());
  FramePeer input = connect();
  input.say(FrameType::data, "x", 0, 0);
  EXPECT_TRUE(input.closed());
  FramePeer twice = connect();
  attach(twice, 0);
  attached(twice);
  attach(twice, 0);
  while (twice.next()) {
  }
  grant(1, 0, 10);
}

}  // namespace
}  // namespace monitor
