#include "engine/client_streams.h"

#include <gtest/gtest.h>

#include "guest-init/protocol/crc32c.h"

namespace engine {
namespace {

using protocol::Frame;
using protocol::FrameType;

std::vector<Frame> frames_of(const std::string& bytes) {
  std::vector<Frame> frames;
  for (std::size_t at = 0; at < bytes.size();) {
    Frame frame;
    std::size_t used = 0;
    const char* why = "";
    const auto rest = protocol::bytes_of(std::string_view(bytes).substr(at));
    if (protocol::parse_frame(rest, frame, used, why) != protocol::ParseResult::frame) break;
    frames.push_back(frame);
    at += used;
  }
  return frames;
}

class ClientStreamsTest : public testing::Test {
 protected:
  void attach(std::uint64_t input_position = 0) {
    streams_.greet();
    attached(input_position);
  }
  void attached(std::uint64_t input_position) {
    protocol::State state;
    protocol::ProcessEntry entry;
    entry.position[0] = input_position;
    state.processes.push_back(entry);
    const std::string payload = encode(state);
    ASSERT_TRUE(take({.type = FrameType::attached, .payload = protocol::bytes_of(payload)}));
  }
  bool take(const Frame& frame) {
    out_.clear();
    return streams_.handle(frame, out_);
  }
  bool data(std::uint8_t stream, std::uint64_t offset, std::string_view text) {
    return take({.type = FrameType::data,
                 .stream = stream,
                 .offset = offset,
                 .payload = protocol::bytes_of(text)});
  }
  bool credit(std::uint64_t position, std::uint64_t limit) {
    std::string payload;
    protocol::append_u64(payload, limit);
    return take(
        {.type = FrameType::ack, .offset = position, .payload = protocol::bytes_of(payload)});
  }
  bool exit_with(std::string_view text) {
    protocol::ExitRecord record;
    record.streams[1] = {text.size(), protocol::crc32c(0, text.data(), text.size())};
    const std::string payload = encode(record);
    return take({.type = FrameType::exit, .payload = protocol::bytes_of(payload)});
  }

  ClientStreams streams_{true};
  std::string out_;
};

TEST_F(ClientStreamsTest, AttachingGrantsCreditForBothOutputs) {
  attach();
  std::size_t acks = 0;
  for (const Frame& frame : frames_of(out_)) acks += frame.type == FrameType::ack ? 1 : 0;
  EXPECT_EQ(acks, 2u);
}

TEST_F(ClientStreamsTest, OutputIsPendingUntilItIsWritten) {
  attach();
  ASSERT_TRUE(data(1, 0, "hello"));
  EXPECT_EQ(streams_.pending(1).size(), 5u);
  streams_.written(1, 5, out_);
  EXPECT_TRUE(streams_.pending(1).empty());
  EXPECT_TRUE(exit_with("hello"));
  EXPECT_TRUE(streams_.exit());
}

TEST_F(ClientStreamsTest, WhatIsTakenAtOnceDoesNotWaitAndTheRestDoes) {
  std::string delivered;
  std::size_t room = 7;
  streams_.deliver_to([&](std::uint8_t stream, std::span<const std::byte> bytes) {
    EXPECT_EQ(stream, 1);
    const std::size_t size = std::min(room, bytes.size());
    delivered.append(reinterpret_cast<const char*>(bytes.data()), size);
    room -= size;
    return size;
  });
  attach();
  ASSERT_TRUE(data(1, 0, "hello"));
  EXPECT_EQ(delivered, "hello");
  EXPECT_TRUE(streams_.pending(1).empty());
  ASSERT_TRUE(data(1, 5, " world"));
  EXPECT_EQ(delivered, "hello w");
  EXPECT_EQ(streams_.pending(1).size(), 4u);
  room = 100;
  ASSERT_TRUE(data(1, 11, "!"));
  EXPECT_EQ(delivered, "hello w") << "not before what waits";
  EXPECT_EQ(streams_.pending(1).size(), 5u);
  streams_.written(1, 5, out_);
  EXPECT_TRUE(exit_with("hello world!"));
}

TEST_F(ClientStreamsTest, AfterANewRelayNothingIsLostOrDoubled) {
  attach();
  ASSERT_TRUE(data(1, 0, "hello "));
  streams_.written(1, 3, out_);
  const std::string said_first = streams_.greet();
  const auto greeting = frames_of(said_first);
  ASSERT_EQ(greeting.size(), 2u);
  protocol::Attach said;
  ASSERT_TRUE(decode(greeting[1].payload, said));
  EXPECT_TRUE(said.resume);
  EXPECT_EQ(said.position[1], 3u);
  attached(0);
  ASSERT_TRUE(data(1, 3, "lo world"));  // the guest sends again from there
  std::string all;
  const auto pending = streams_.pending(1);
  all.assign(reinterpret_cast<const char*>(pending.data()), pending.size());
  EXPECT_EQ(all, "lo world");
  streams_.written(1, pending.size(), out_);
  EXPECT_TRUE(exit_with("hello world"));
}

TEST_F(ClientStreamsTest, InputIsSentAgainFromWhereTheGuestHasIt) {
  attach();
  ASSERT_TRUE(credit(0, 100));
  streams_.put_input(protocol::bytes_of("abcdef"), out_);
  ASSERT_TRUE(credit(2, 100));
  const std::string greeting = streams_.greet();
  protocol::Attach said;
  ASSERT_TRUE(decode(frames_of(greeting)[1].payload, said));
  EXPECT_EQ(said.position[0], 2u);
  attached(4);
  ASSERT_TRUE(credit(4, 100));
  const auto frames = frames_of(out_);
  ASSERT_EQ(frames.size(), 1u);
  EXPECT_EQ(frames[0].offset, 4u);
  EXPECT_EQ(frames[0].payload.size(), 2u);
}

TEST_F(ClientStreamsTest, InputWaitsForCredit) {
  attach();
  std::string out;
  streams_.put_input(protocol::bytes_of("abc"), out);
  EXPECT_TRUE(out.empty());
  ASSERT_TRUE(credit(0, 2));
  ASSERT_EQ(frames_of(out_).size(), 1u);
  EXPECT_EQ(frames_of(out_)[0].payload.size(), 2u);
}

TEST_F(ClientStreamsTest, BytesThatDifferFromTheGuestsCountAreAnError) {
  attach();
  ASSERT_TRUE(data(1, 0, "hellO"));
  streams_.written(1, 5, out_);
  EXPECT_FALSE(exit_with("hello"));
  EXPECT_NE(streams_.why().find("CRC32C"), std::string::npos);
}

TEST_F(ClientStreamsTest, AClosedOutputIsDroppedAndNotCompared) {
  attach();
  ASSERT_TRUE(data(1, 0, "hello"));
  out_.clear();
  streams_.close_output(1, out_);
  EXPECT_EQ(frames_of(out_)[0].type, FrameType::close);
  EXPECT_TRUE(streams_.pending(1).empty());
  EXPECT_TRUE(exit_with("other"));
}

TEST_F(ClientStreamsTest, WhoComesLaterBeginsWhereTheStreamsAre) {
  ClientStreams late(true, Joining::meanwhile);
  late.greet();
  protocol::State state;
  state.processes.push_back({.process = 0, .position = {10, 20, 0}});
  const std::string payload = encode(state);
  ASSERT_TRUE(
      late.handle({.type = FrameType::attached, .payload = protocol::bytes_of(payload)}, out_));
  ASSERT_TRUE(late.handle(
      {.type = FrameType::data, .stream = 1, .offset = 20, .payload = protocol::bytes_of("new")},
      out_));
  late.written(1, 3, out_);
  std::string credit;
  protocol::append_u64(credit, 100);
  const Frame ack{.type = FrameType::ack, .offset = 10, .payload = protocol::bytes_of(credit)};
  ASSERT_TRUE(late.handle(ack, out_));
  out_.clear();
  late.put_input(protocol::bytes_of("typed"), out_);
  late.end_input(out_);
  const auto frames = frames_of(out_);
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_EQ(frames[0].offset, 10u);
  EXPECT_EQ(frames[1].offset, 15u);
  protocol::ExitRecord record;
  record.streams[1] = {23, 12345};  // of bytes that we have not seen
  const std::string exit = encode(record);
  EXPECT_TRUE(late.handle({.type = FrameType::exit, .payload = protocol::bytes_of(exit)}, out_));
}

TEST_F(ClientStreamsTest, WhoShouldHaveAllOutputIsToldWhereSomeIsMissing) {
  streams_.greet();
  protocol::State state;
  state.processes.push_back({.process = 0, .position = {0, 20, 0}});
  const std::string payload = encode(state);
  EXPECT_FALSE(take({.type = FrameType::attached, .payload = protocol::bytes_of(payload)}));
}

TEST_F(ClientStreamsTest, AProcessIsAskedForOnceAndThenAttachedTo) {
  const std::string spec(protocol::max_payload + 5, 's');
  ClientStreams exec(false, Joining::at_start, spec);
  const std::string asked = exec.greet();
  auto frames = frames_of(asked);
  ASSERT_EQ(frames.size(), 4u);
  EXPECT_EQ(frames[1].payload.size() + frames[2].payload.size(), spec.size());
  EXPECT_EQ(frames[2].offset, protocol::max_payload);
  EXPECT_EQ(frames[3].type, FrameType::process_start);
  EXPECT_EQ(frames[3].offset, spec.size());
  protocol::State state;
  state.processes.push_back({.process = 4});
  const std::string payload = encode(state);
  ASSERT_TRUE(
      exec.handle({.type = FrameType::attached, .payload = protocol::bytes_of(payload)}, out_));
  EXPECT_FALSE(exec.started());
  ASSERT_TRUE(exec.handle({.type = FrameType::started, .process = 4, .payload = {}}, out_));
  EXPECT_TRUE(exec.started());
  const std::string again = exec.greet();
  frames = frames_of(again);
  ASSERT_EQ(frames.size(), 2u);
  protocol::Attach attach;
  ASSERT_TRUE(decode(frames[1].payload, attach));
  EXPECT_EQ(attach.process, 4u);
  EXPECT_TRUE(attach.resume);
  const std::string failure = encode(protocol::Failure{.text = "why"});
  ASSERT_TRUE(
      exec.handle({.type = FrameType::failed, .payload = protocol::bytes_of(failure)}, out_));
  EXPECT_EQ(exec.failure()->text, "why");
}

TEST_F(ClientStreamsTest, ARelayThatBreaksTheRulesIsRefused) {
  attach();
  EXPECT_FALSE(data(1, 7, "gap"));
  EXPECT_FALSE(data(0, 0, "to input"));
  EXPECT_FALSE(data(1, 0, std::string(protocol::max_payload, 'x').append("")) &&
               data(1, 1, "back") && data(1, 1ull << 40, "far"));
  EXPECT_FALSE(credit(1, 10));  // nothing was sent
  EXPECT_FALSE(take({.type = FrameType::resume, .payload = {}}));
  EXPECT_FALSE(take({.type = FrameType::exit, .payload = protocol::bytes_of("short")}));
}

}  // namespace
}  // namespace engine
