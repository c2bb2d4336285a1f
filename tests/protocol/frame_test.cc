#include "guest-init/protocol/frame.h"

#include <gtest/gtest.h>

#include <string>

namespace protocol {
namespace {

Frame sample() {
  return {.type = FrameType::data,
          .stream = standard_error,
          .process = 0x01020304,
          .offset = 0x1122334455667788,
          .payload = bytes_of("hi")};
}

TEST(Frame, HasTheLayoutOfTheContract) {
  std::string out;
  append_frame(out, sample());
  EXPECT_EQ(out,
            std::string("\2\0\0\0\20\2\0\0\4\3\2\1\0\0\0\0\x88\x77\x66\x55\x44\x33\x22\x11hi", 26));
}

TEST(Frame, ComesBackAsItWasSent) {
  std::string out = "";
  append_frame(out, sample());
  out += "more";
  Frame frame;
  std::size_t used = 0;
  const char* why = nullptr;
  ASSERT_EQ(parse_frame(bytes_of(out), frame, used, why), ParseResult::frame);
  EXPECT_EQ(used, out.size() - 4);
  EXPECT_EQ(frame.type, FrameType::data);
  EXPECT_EQ(frame.stream, standard_error);
  EXPECT_EQ(frame.process, 0x01020304u);
  EXPECT_EQ(frame.offset, 0x1122334455667788u);
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(frame.payload.data()), frame.payload.size()),
            "hi");
}

TEST(Frame, IsIncompleteUntilItsLastByte) {
  std::string out;
  append_frame(out, sample());
  for (std::size_t size = 0; size < out.size(); ++size) {
    Frame frame;
    std::size_t used = 77;
    const char* why = nullptr;
    EXPECT_EQ(parse_frame(bytes_of(std::string_view(out).substr(0, size)), frame, used, why),
              ParseResult::incomplete)
        << size;
    EXPECT_EQ(used, 77u);
  }
}

struct Damage {
  std::size_t at;
  char byte;
  const char* why;
};

TEST(Frame, IsBrokenAsSoonAsItsHeaderIs) {
  const Damage damages[] = {
      {2, 2, "a frame of more than 65536 bytes"},
      {3, '\x80', "a frame of more than 65536 bytes"},
      {4, 0, "a frame of unknown type"},
      {4, 10, "a frame of unknown type"},
      {4, '\xff', "a frame of unknown type"},
      {5, 3, "a frame for a stream above 2"},
      {6, 1, "a frame with unknown flags"},
      {7, 1, "a frame with unknown flags"},
      {12, 1, "a frame with a reserved field in use"},
      {15, 1, "a frame with a reserved field in use"},
  };
  for (const Damage& damage : damages) {
    std::string out;
    append_frame(out, sample());
    out.resize(header_size);  // the payload need not be there to tell
    out[damage.at] = damage.byte;
    Frame frame;
    std::size_t used = 0;
    const char* why = nullptr;
    ASSERT_EQ(parse_frame(bytes_of(out), frame, used, why), ParseResult::broken) << damage.at;
    EXPECT_STREQ(why, damage.why) << damage.at;
  }
}

TEST(Frame, OfTheLargestSizeIsTaken) {
  const std::string payload(max_payload, 'x');
  std::string out;
  append_frame(out, {.type = FrameType::data, .payload = bytes_of(payload)});
  Frame frame;
  std::size_t used = 0;
  const char* why = nullptr;
  ASSERT_EQ(parse_frame(bytes_of(out), frame, used, why), ParseResult::frame);
  EXPECT_EQ(used, max_frame);
}

TEST(FrameType, IsKnownByName) {
  EXPECT_STREQ(name_of(FrameType::hello), "HELLO");
  EXPECT_STREQ(name_of(FrameType::exit_ack), "EXIT_ACK");
  EXPECT_STREQ(name_of(FrameType::error), "ERROR");
  EXPECT_EQ(name_of(static_cast<FrameType>(77)), nullptr);
}

TEST(Reader, ReadsNumbersInOrder) {
  std::string out = "\7";
  append_u16(out, 0x0102);
  append_u32(out, 0x03040506);
  append_u64(out, 0x0708090a0b0c0d0e);
  out += "text";
  Reader reader(bytes_of(out));
  EXPECT_EQ(reader.u8(), 7);
  EXPECT_EQ(reader.u16(), 0x0102);
  EXPECT_EQ(reader.u32(), 0x03040506u);
  EXPECT_EQ(reader.u64(), 0x0708090a0b0c0d0eu);
  EXPECT_FALSE(reader.finished());
  EXPECT_EQ(reader.text(4), "text");
  EXPECT_TRUE(reader.finished());
}

TEST(Reader, GivesZeroOnceSomethingIsMissing) {
  Reader reader(bytes_of("\1\2\3"));
  EXPECT_EQ(reader.u32(), 0u);
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.u8(), 0);
  EXPECT_EQ(reader.text(1), "");
  EXPECT_FALSE(reader.finished());
}

}  // namespace
}  // namespace protocol
