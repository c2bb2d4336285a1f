// How a container ends, and its client, and its guest.
#include "base/random.h"
#include "engine/spec.h"
#include "guest-init/protocol/spec.h"
#include "tests/monitor/relay_fixture.h"

namespace monitor {
namespace {

TEST_F(RelayTest, TheExitReachesTheClientOnlyOnceItIsRecorded) {
  run_container();
  protocol::ExitRecord record;
  record.value = 42;
  guest_->say(FrameType::exit, encode(record));
  const auto exited = told(MessageType::exited);
  ASSERT_TRUE(exited);
  EXPECT_EQ(exited->numbers[2], 42u);
  order(MessageType::recorded);
  ASSERT_TRUE(client_->next(FrameType::exit));
  ASSERT_TRUE(guest_->next(FrameType::exit_ack));
  order(MessageType::finish, 0);
  EXPECT_TRUE(client_->closed());
}

TEST_F(RelayTest, ForAKeptContainerTheGuestIsShutDownInOrder) {
  run_container();
  guest_->say(FrameType::exit, encode(protocol::ExitRecord{}));
  ASSERT_TRUE(told(MessageType::exited));
  order(MessageType::recorded);
  order(MessageType::finish, 1);
  ASSERT_TRUE(guest_->next(FrameType::shutdown));
  guest_->say(FrameType::shutdown_done, protocol::encode_flag(false));
  ASSERT_TRUE(told(MessageType::shutdown_done));
  EXPECT_TRUE(guest_->closed());
}

TEST_F(RelayTest, ASharedGuestIsToldWhatToLetGoOfAndTellsWhetherItCould) {
  run_container();
  guest_->say(FrameType::exit, encode(protocol::ExitRecord{}));
  ASSERT_TRUE(told(MessageType::exited));
  order(MessageType::recorded);
  const base::Uuid disks[] = {base::Uuid::random(), base::Uuid::random()};
  order(MessageType::finish, 1, disks[0].text() + " " + disks[1].text() + " ");
  const auto shutdown = guest_->next(FrameType::shutdown);
  ASSERT_TRUE(shutdown);
  std::vector<protocol::DiskId> unwanted;
  ASSERT_TRUE(protocol::decode_disks(protocol::bytes_of(shutdown->payload), unwanted));
  EXPECT_EQ(unwanted, (std::vector{engine::gpt_bytes(disks[0]), engine::gpt_bytes(disks[1])}));
  guest_->say(FrameType::shutdown_done, protocol::encode_flag(true));
  const auto done = told(MessageType::shutdown_done);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->numbers[0], 1u);
}

TEST_F(RelayTest, AKilledClientLeavesTheContainerRunningAndItsInputEnds) {
  run_container();
  client_->hang_up();
  ASSERT_TRUE(guest_->next(FrameType::eof));
  EXPECT_EQ(told(MessageType::client)->numbers[0], 1u);
  EXPECT_EQ(told(MessageType::client)->numbers[0], 0u);
  // Nobody reads: the relay takes the output itself.
  std::uint64_t sent = 0;
  std::uint64_t limit = 0;
  while (sent < 1'000'000) {
    while (limit < sent + 10'000) {
      const auto ack = guest_->next(FrameType::ack);
      ASSERT_TRUE(ack);
      if (ack->stream == 1) limit = protocol::Reader(ack->bytes()).u64();
    }
    guest_->say(FrameType::data, std::string(10'000, 'x'), 1, sent);
    sent += 10'000;
  }
}

TEST_F(RelayTest, WhatIsLeftInTheRingsOfADeadGuestReachesTheClient) {
  run_container();
  grant(1, 0, 1000);
  guest_->say(FrameType::data, "last words", 1, 0);
  order(MessageType::guest_gone);
  EXPECT_EQ(client_->next(FrameType::data)->payload, "last words");
  EXPECT_TRUE(client_->closed());
}

}  // namespace
}  // namespace monitor
