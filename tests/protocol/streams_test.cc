#include "guest-init/protocol/streams.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "guest-init/protocol/crc32c.h"
#include "tests/protocol/text_of.h"

namespace protocol {
namespace {

TEST(IncomingStream, GrantsItsWindowFirst) {
  IncomingStream stream(10);
  std::uint64_t position = 9;
  std::uint64_t limit = 0;
  auto bytes = bytes_of("x");
  EXPECT_FALSE(stream.accept(0, bytes)) << "nothing was granted yet";
  ASSERT_TRUE(stream.take_ack(position, limit));
  EXPECT_EQ(position, 0u);
  EXPECT_EQ(limit, 10u);
  EXPECT_FALSE(stream.take_ack(position, limit));
  EXPECT_TRUE(stream.accept(0, bytes));
}

TEST(IncomingStream, AcknowledgesWhatWasHandedOver) {
  IncomingStream stream(10);
  std::uint64_t position = 0;
  std::uint64_t limit = 0;
  ASSERT_TRUE(stream.take_ack(position, limit));
  auto bytes = bytes_of("0123456789");
  ASSERT_TRUE(stream.accept(0, bytes));
  EXPECT_FALSE(stream.take_ack(position, limit)) << "nothing was handed over";
  stream.consumed(4);
  EXPECT_FALSE(stream.take_ack(position, limit)) << "less than half of the window";
  stream.consumed(1);
  ASSERT_TRUE(stream.take_ack(position, limit));
  EXPECT_EQ(position, 5u);
  EXPECT_EQ(limit, 15u);
  stream.consumed(5);
  ASSERT_TRUE(stream.take_ack(position, limit));
  EXPECT_EQ(position, 10u);
  bytes = bytes_of("ab");
  ASSERT_TRUE(stream.accept(10, bytes));
  stream.consumed(2);
  EXPECT_FALSE(stream.take_ack(position, limit)) << "there is room for more";
  ASSERT_TRUE(stream.accept_eof(12));
  ASSERT_TRUE(stream.take_ack(position, limit)) << "it is all that comes";
  EXPECT_EQ(position, 12u);
  EXPECT_FALSE(stream.take_ack(position, limit));
}

struct Arrival {
  std::uint64_t position;
  const char* bytes;
  bool accepted;
  const char* fresh;
};

TEST(IncomingStream, DropsWhatItHadAndRefusesGapsAndExcess) {
  const Arrival arrivals[] = {
      {0, "abcd", true, "abcd"}, {0, "abcd", true, ""},
      {2, "cdef", true, "ef"},   {7, "x", false, ""},
      {6, "ghijk", false, ""},   {6, "ghij", true, "ghij"},
      {10, "k", false, ""},      {0xffffffffffffffff, "x", false, ""},
  };
  IncomingStream stream(10);
  std::uint64_t position = 0;
  std::uint64_t limit = 0;
  ASSERT_TRUE(stream.take_ack(position, limit));
  for (const Arrival& arrival : arrivals) {
    auto bytes = bytes_of(arrival.bytes);
    ASSERT_EQ(stream.accept(arrival.position, bytes), arrival.accepted) << arrival.bytes;
    if (arrival.accepted) {
      EXPECT_EQ(text_of(bytes), arrival.fresh);
    }
  }
  EXPECT_EQ(stream.received(), 10u);
  EXPECT_EQ(stream.crc(), crc32c(0, "abcdefghij", 10));
}

TEST(IncomingStream, TakesItsEndOnlyWhereItIs) {
  IncomingStream stream(10);
  std::uint64_t position = 0;
  std::uint64_t limit = 0;
  ASSERT_TRUE(stream.take_ack(position, limit));
  auto bytes = bytes_of("abc");
  ASSERT_TRUE(stream.accept(0, bytes));
  EXPECT_FALSE(stream.accept_eof(2));
  EXPECT_FALSE(stream.accept_eof(4));
  EXPECT_FALSE(stream.ended());
  EXPECT_TRUE(stream.accept_eof(3));
  EXPECT_TRUE(stream.accept_eof(3)) << "it may be repeated";
  EXPECT_TRUE(stream.ended());
  auto more = bytes_of("d");
  EXPECT_FALSE(stream.accept(3, more));
  auto again = bytes_of("abc");
  EXPECT_TRUE(stream.accept(0, again));
}

TEST(IncomingStream, GoesOnFromAnAgreedPosition) {
  IncomingStream stream(10);
  stream.start_at(100);
  std::uint64_t position = 0;
  std::uint64_t limit = 0;
  ASSERT_TRUE(stream.take_ack(position, limit));
  EXPECT_EQ(position, 100u);
  EXPECT_EQ(limit, 110u);
  auto bytes = bytes_of("abc");
  EXPECT_TRUE(stream.accept(100, bytes));
  EXPECT_EQ(stream.received(), 103u);
}

TEST(IncomingStream, SaysItsCreditAgainAfterAReconnect) {
  IncomingStream stream(10);
  std::uint64_t position = 0;
  std::uint64_t limit = 0;
  ASSERT_TRUE(stream.take_ack(position, limit));
  auto bytes = bytes_of("abc");
  ASSERT_TRUE(stream.accept(0, bytes));
  stream.consumed(2);
  stream.forget_ack();
  auto early = bytes_of("d");
  EXPECT_FALSE(stream.accept(3, early));
  ASSERT_TRUE(stream.take_ack(position, limit));
  EXPECT_EQ(position, 2u);
  EXPECT_EQ(limit, 12u);
}

TEST(IncomingStream, HasNoSumWhereItsOwnerHas) {
  IncomingStream stream(10, false);
  std::uint64_t position = 0;
  std::uint64_t limit = 0;
  ASSERT_TRUE(stream.take_ack(position, limit));
  auto bytes = bytes_of("abc");
  ASSERT_TRUE(stream.accept(0, bytes));
  EXPECT_EQ(stream.received(), 3u);
  EXPECT_EQ(stream.crc(), 0u);
}

// Two ends joined by a link that breaks at random: nothing is lost, nothing comes twice.
TEST(Streams, SurviveAnyBreakOfTheConnection) {
  std::mt19937 random(7);  // NOLINT(cert-msc51-cpp): the same run each time
  OutgoingStream sender(5000);
  IncomingStream receiver(3000);
  std::string given;
  std::string taken;
  std::size_t waiting = 0;  // received, not handed over
  for (int step = 0; step < 20000; ++step) {
    const bool last = step == 19999;
    std::string fresh(std::min<std::size_t>(random() % 400, sender.room()), '\0');
    for (char& c : fresh) c = static_cast<char>(random());
    if (step < 19000) {
      sender.put(bytes_of(fresh));
      given += fresh;
    } else if (!sender.ended()) {
      sender.end();
    }
    std::uint64_t position = 0;
    std::uint64_t limit = 0;
    if (receiver.take_ack(position, limit)) {
      ASSERT_TRUE(sender.acknowledge(position, limit));
    }
    const auto all = sender.next(position);
    auto bytes = all.first(all.empty() ? 0 : random() % (all.size() + 1));
    const std::size_t size = bytes.size();
    if (random() % 8 != 0 || last) {
      ASSERT_TRUE(receiver.accept(position, bytes));
      taken += text_of(bytes);
      waiting += bytes.size();
      sender.sent(size);
    } else {  // the bytes are lost with the connection
      sender.sent(size);
      ASSERT_TRUE(sender.rewind(receiver.received()));
      receiver.forget_ack();
    }
    if (sender.eof_due()) {
      ASSERT_TRUE(receiver.accept_eof(sender.total()));
      sender.eof_sent();
    }
    const std::size_t handed = last ? waiting : random() % (waiting + 1);
    receiver.consumed(handed);
    waiting -= handed;
  }
  EXPECT_GT(given.size(), 1000000u);
  EXPECT_TRUE(taken == given);
  EXPECT_TRUE(receiver.ended());
  EXPECT_EQ(receiver.crc(), sender.crc());
}

}  // namespace
}  // namespace protocol
