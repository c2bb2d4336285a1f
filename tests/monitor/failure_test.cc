#include "monitor/failure.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace monitor {
namespace {

Message failed(std::uint64_t stage, int error_number, std::string_view text) {
  Message message;
  message.type = MessageType::failed;
  message.code = error_number;
  message.numbers[0] = stage;
  message.put_text(text);
  return message;
}

TEST(Failure, OnlyAMissingOrUnusableCommandHasACodeOfItsOwn) {
  EXPECT_EQ(start_failure(failed(6, ENOENT, "")).code, 127);
  EXPECT_EQ(start_failure(failed(6, ENOTDIR, "")).code, 127);
  EXPECT_EQ(start_failure(failed(6, EACCES, "")).code, 126);
  EXPECT_EQ(start_failure(failed(6, ENOEXEC, "")).code, 126);
  EXPECT_EQ(start_failure(failed(4, ENOENT, "")).code, 125);
  EXPECT_EQ(start_failure(failed(1, 0, "")).code, 125);
}

TEST(Failure, AStageThatNobodyKnowsIsTold) {
  EXPECT_EQ(launch_failure(failed(4000, 1, "what")).text, "other\nwhat");
  EXPECT_EQ(launch_failure(failed(4, 1, "no such user")).text, "user\nno such user");
}

TEST(Message, TextIsPrintableWhateverTheRelayPutIn) {
  Message message;
  message.text.fill('\x1b');  // no NUL, no printable character
  const std::string text = message.take_text();
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  message.put_text("a\nb\x07");
  EXPECT_EQ(message.take_text(), "a\\nb\\x07");
  message.put_text(std::string(5000, 'x'));
  EXPECT_LT(message.take_text().size(), message.text.size() + 8);
}

}  // namespace
}  // namespace monitor
