#include "guest-init/protocol/frame_buffer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <string>
#include <vector>

namespace protocol {
namespace {

std::string frame_with(std::string_view payload, std::uint64_t offset = 0) {
  std::string bytes;
  append_frame(bytes, {.type = FrameType::data, .offset = offset, .payload = bytes_of(payload)});
  return bytes;
}

// As many of `bytes` as there is room for; how many.
std::size_t feed(FrameBuffer& buffer, std::string_view bytes) {
  const auto room = buffer.room();
  const std::size_t size = std::min(room.size(), bytes.size());
  std::memcpy(room.data(), bytes.data(), size);
  buffer.added(size);
  return size;
}

TEST(FrameBuffer, AFrameIsThereWithItsLastByte) {
  FrameBuffer buffer;
  Frame frame;
  const char* why = "";
  EXPECT_EQ(buffer.next(frame, why), ParseResult::incomplete) << "nothing came yet";
  const std::string bytes = frame_with("hello", 7);
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    EXPECT_EQ(buffer.next(frame, why), ParseResult::incomplete);
    ASSERT_EQ(feed(buffer, std::string_view(bytes).substr(at, 1)), 1u);
  }
  ASSERT_EQ(buffer.next(frame, why), ParseResult::frame);
  EXPECT_EQ(frame.offset, 7u);
  EXPECT_TRUE(std::ranges::equal(frame.payload, bytes_of("hello")));
  EXPECT_EQ(buffer.next(frame, why), ParseResult::incomplete);
}

TEST(FrameBuffer, WhatIsNoFrameIsToldAndWhatWasBeforeItIsTaken) {
  FrameBuffer buffer;
  feed(buffer, frame_with("a") + std::string(header_size, '\xff'));
  int taken = 0;
  const char* why = "";
  EXPECT_FALSE(buffer.take_frames([&](const Frame&) { return ++taken > 0; }, why));
  EXPECT_EQ(taken, 1);
  EXPECT_STREQ(why, "a frame of more than 65536 bytes");
}

TEST(FrameBuffer, StopsWhereTheTakerSaysSoAndGoesOnThere) {
  FrameBuffer buffer;
  feed(buffer, frame_with("a", 1) + frame_with("b", 2));
  std::vector<std::uint64_t> offsets;
  const char* why = "";
  const auto one = [&](const Frame& frame) {
    offsets.push_back(frame.offset);
    return false;
  };
  EXPECT_TRUE(buffer.take_frames(one, why));
  EXPECT_EQ(offsets, (std::vector<std::uint64_t>{1}));
  EXPECT_TRUE(buffer.take_frames(one, why));
  EXPECT_EQ(offsets, (std::vector<std::uint64_t>{1, 2}));
  feed(buffer, frame_with("c", 3).substr(0, 10));
  buffer.clear();
  feed(buffer, frame_with("d", 4));
  EXPECT_TRUE(buffer.take_frames(one, why));
  EXPECT_EQ(offsets, (std::vector<std::uint64_t>{1, 2, 4}));
}

TEST(FrameBuffer, LargeFramesInPiecesOfAnySizeComeWhole) {
  std::mt19937 random(3);  // NOLINT(cert-msc51-cpp): the same run each time
  std::string sent;
  for (std::uint64_t number = 0; number < 200; ++number)
    sent +=
        frame_with(std::string(random() % (max_payload + 1), static_cast<char>(number)), number);
  FrameBuffer buffer;
  std::string seen;
  const char* why = "";
  for (std::size_t at = 0; at < sent.size();) {
    const std::size_t piece = random() % 100'000;
    at += feed(buffer, std::string_view(sent).substr(at, piece));
    ASSERT_TRUE(buffer.take_frames(
        [&](const Frame& frame) {
          append_frame(seen, frame);
          return true;
        },
        why));
    ASSERT_FALSE(buffer.room().empty());
  }
  EXPECT_TRUE(seen == sent);
}

TEST(FrameBuffer, AFrameGoesOnFromWhereItLiesAsAnotherProcess) {
  FrameBuffer buffer;
  const std::string bytes = frame_with("first", 1) + frame_with("second", 2);
  feed(buffer, bytes);
  std::string seen;
  const char* end = nullptr;
  const char* why = "";
  ASSERT_TRUE(buffer.take_frames(
      [&](Frame frame) {
        frame.process = 7;
        const auto whole = buffer.whole(frame);
        const char* const begin = reinterpret_cast<const char*>(whole.data());
        EXPECT_TRUE(end == nullptr || end == begin) << "one after another";
        end = begin + whole.size();
        seen.append(begin, whole.size());
        return true;
      },
      why));
  std::string expected;
  append_frame(expected,
               {.type = FrameType::data, .process = 7, .offset = 1, .payload = bytes_of("first")});
  append_frame(expected,
               {.type = FrameType::data, .process = 7, .offset = 2, .payload = bytes_of("second")});
  EXPECT_TRUE(seen == expected);
}

std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST(FrameQueue, WhatLiesElsewhereGoesFromThereUntilItIsKept) {
  std::string elsewhere = frame_with("one") + frame_with("two") + frame_with("three");
  const auto all = bytes_of(elsewhere);
  const std::string whole = elsewhere;
  FrameQueue queue;
  queue.lend(all.first(27));
  queue.lend(all.subspan(27, 27));
  ASSERT_EQ(queue.unsent().data(), all.data()) << "no copy";
  ASSERT_EQ(queue.unsent().size(), 54u) << "in one piece";
  queue.sent(30);
  queue.lend(all.subspan(54));
  ASSERT_EQ(queue.size(), all.size() - 30);
  queue.keep();
  elsewhere.assign(elsewhere.size(), 'x');
  ASSERT_EQ(text_of(queue.unsent()), whole.substr(30));
  queue.sent(queue.size());
  EXPECT_TRUE(queue.empty());
}

TEST(FrameQueue, KeepsTheOrderOfWhatIsPutAndWhatIsLent) {
  std::mt19937 random(7);  // NOLINT(cert-msc51-cpp)
  FrameQueue queue;
  std::string all;
  std::string sent;
  std::vector<std::string> elsewhere;
  const auto send = [&](std::size_t most) {
    const auto unsent = queue.unsent();
    const std::size_t size = std::min(unsent.size(), most);
    sent += text_of(unsent.first(size));
    queue.sent(size);
  };
  for (std::uint64_t number = 0; number < 1000; ++number) {
    const std::string payload(random() % 50, 'x');
    all += frame_with(payload, number);
    if (random() % 2 == 0) {
      queue.put({.type = FrameType::data, .offset = number, .payload = bytes_of(payload)});
    } else {
      elsewhere.push_back(frame_with(payload, number));
      queue.lend(bytes_of(elsewhere.back()));
    }
    send(random() % 80);
    if (random() % 3 != 0) continue;
    queue.keep();
    for (std::string& bytes : elsewhere) bytes.assign(bytes.size(), '!');
    elsewhere.clear();
  }
  while (!queue.empty()) send(1000);
  EXPECT_TRUE(sent == all);
}

TEST(FrameQueue, WhatWasSentIsGoneAndTheRestStaysInOrder) {
  FrameQueue queue;
  EXPECT_TRUE(queue.empty());
  std::string all;
  std::string sent;
  std::mt19937 random(5);  // NOLINT(cert-msc51-cpp)
  for (std::uint64_t number = 0; number < 1000; ++number) {
    const std::string payload(random() % 50, 'x');
    queue.put({.type = FrameType::data, .offset = number, .payload = bytes_of(payload)});
    all += frame_with(payload, number);
    const auto unsent = queue.unsent();
    ASSERT_EQ(unsent.size(), queue.size());
    const std::size_t size = number == 999 ? unsent.size() : random() % (unsent.size() + 1);
    sent.append(reinterpret_cast<const char*>(unsent.data()), size);
    queue.sent(size);
  }
  EXPECT_TRUE(queue.empty());
  EXPECT_TRUE(sent == all);
  queue.put({.type = FrameType::eof, .payload = {}});
  queue.clear();
  EXPECT_TRUE(queue.empty());
}

}  // namespace
}  // namespace protocol
