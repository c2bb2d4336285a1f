#include "guest-init/protocol/streams.h"

#include <gtest/gtest.h>

#include <string>

#include "guest-init/protocol/crc32c.h"
#include "tests/protocol/text_of.h"

namespace protocol {
namespace {

std::string next_text(const OutgoingStream& stream) {
  std::uint64_t position = 0;
  return text_of(stream.next(position));
}

TEST(OutgoingStream, SendsNothingWithoutCredit) {
  OutgoingStream stream(100);
  stream.put(bytes_of("hello"));
  EXPECT_EQ(next_text(stream), "");
  ASSERT_TRUE(stream.acknowledge(0, 3));
  EXPECT_EQ(next_text(stream), "hel");
  stream.sent(3);
  EXPECT_EQ(next_text(stream), "");
  ASSERT_TRUE(stream.acknowledge(3, 10));
  EXPECT_EQ(next_text(stream), "lo");
}

TEST(OutgoingStream, KeepsWhatWasNotAcknowledged) {
  OutgoingStream stream(8);
  stream.put(bytes_of("01234567"));
  EXPECT_EQ(stream.room(), 0u);
  ASSERT_TRUE(stream.acknowledge(0, 100));
  stream.sent(6);
  EXPECT_EQ(stream.room(), 0u);
  ASSERT_TRUE(stream.acknowledge(5, 100));
  EXPECT_EQ(stream.room(), 5u);
  EXPECT_EQ(stream.total(), 8u);
  ASSERT_TRUE(stream.rewind(5));
  EXPECT_EQ(next_text(stream), "") << "credit is of the connection";
  ASSERT_TRUE(stream.acknowledge(5, 100));
  EXPECT_EQ(next_text(stream), "567");
}

TEST(OutgoingStream, CutsAtTheLargestPayload) {
  OutgoingStream stream(1 << 20);
  stream.put(bytes_of(std::string(max_payload + 1, 'x')));
  ASSERT_TRUE(stream.acknowledge(0, 1 << 20));
  EXPECT_EQ(next_text(stream).size(), max_payload);
  stream.sent(max_payload);
  EXPECT_EQ(next_text(stream).size(), 1u);
}

TEST(OutgoingStream, WhatWasWrittenIntoItsSpaceGoesAroundItsEnd) {
  OutgoingStream stream(8);
  stream.put(bytes_of("012345"));
  ASSERT_TRUE(stream.acknowledge(0, 100));
  stream.sent(6);
  ASSERT_TRUE(stream.acknowledge(4, 100));
  EXPECT_EQ(stream.room(), 6u);
  ASSERT_EQ(stream.space().size(), 2u) << "up to its end";
  stream.space()[0] = std::byte{'a'};
  stream.space()[1] = std::byte{'b'};
  stream.added(2);
  ASSERT_EQ(stream.space().size(), 4u) << "and from its beginning";
  stream.put(bytes_of("cdef"));
  EXPECT_EQ(stream.room(), 0u);
  EXPECT_EQ(next_text(stream), "ab");
  stream.sent(2);
  EXPECT_EQ(next_text(stream), "cdef");
  stream.sent(4);
  ASSERT_TRUE(stream.rewind(5));
  ASSERT_TRUE(stream.acknowledge(5, 100));
  EXPECT_EQ(next_text(stream), "5ab");
  EXPECT_EQ(stream.crc(), crc32c(0, "012345abcdef", 12));
}

TEST(OutgoingStream, SaysEofOnceAfterTheLastByteOfEachConnection) {
  OutgoingStream stream(100);
  stream.put(bytes_of("ab"));
  stream.end();
  ASSERT_TRUE(stream.acknowledge(0, 100));
  EXPECT_FALSE(stream.eof_due());
  stream.sent(2);
  EXPECT_TRUE(stream.eof_due());
  stream.eof_sent();
  EXPECT_FALSE(stream.eof_due());
  EXPECT_FALSE(stream.drained());
  ASSERT_TRUE(stream.rewind(1));
  EXPECT_FALSE(stream.eof_due());
  ASSERT_TRUE(stream.acknowledge(1, 100));
  stream.sent(1);
  EXPECT_TRUE(stream.eof_due());
  ASSERT_TRUE(stream.acknowledge(2, 100));
  EXPECT_TRUE(stream.drained());
}

TEST(OutgoingStream, RefusesNonsense) {
  OutgoingStream stream(100);
  stream.put(bytes_of("abcdef"));
  ASSERT_TRUE(stream.acknowledge(0, 100));
  stream.sent(4);
  EXPECT_FALSE(stream.acknowledge(5, 100)) << "not sent yet";
  EXPECT_FALSE(stream.acknowledge(3, 2)) << "limit before position";
  ASSERT_TRUE(stream.acknowledge(3, 100));
  EXPECT_TRUE(stream.acknowledge(1, 100)) << "an old one is no news";
  EXPECT_EQ(stream.acknowledged(), 3u);
  EXPECT_FALSE(stream.rewind(2)) << "no longer kept";
  EXPECT_FALSE(stream.rewind(7)) << "never was";
}

TEST(OutgoingStream, CountsItsCrcAsItComes) {
  OutgoingStream stream(100);
  stream.put(bytes_of("1234"));
  stream.put(bytes_of("56789"));
  EXPECT_EQ(stream.crc(), 0xe3069283u);
}

TEST(OutgoingStream, ThatNobodyWantsEndsAtWhatWasSent) {
  OutgoingStream stream(8);
  stream.put(bytes_of("01234567"));
  ASSERT_TRUE(stream.acknowledge(0, 100));
  stream.sent(3);
  stream.discard();
  EXPECT_EQ(stream.room(), 8u);
  stream.put(bytes_of("x"));
  EXPECT_EQ(stream.room(), 8u);
  EXPECT_EQ(next_text(stream), "");
  EXPECT_FALSE(stream.eof_due());
  stream.end();
  EXPECT_TRUE(stream.eof_due());
  EXPECT_TRUE(stream.drained());
  EXPECT_EQ(stream.total(), 3u);
  ASSERT_TRUE(stream.rewind(1)) << "what was under way when the connection ended is lost";
  EXPECT_TRUE(stream.eof_due());
  EXPECT_EQ(stream.total(), 1u);
}

}  // namespace
}  // namespace protocol
