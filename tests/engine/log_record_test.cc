#include "engine/log_record.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace engine {
namespace {

LogRecord record(std::string text) {
  return {.stream = 2,
          .time = base::WallTime(std::chrono::nanoseconds(1767323045123456789)),
          .text = std::move(text),
          .ends = {5, 1ull << 40}};
}

std::string_view without_newline(std::string_view line) { return line.substr(0, line.size() - 1); }

TEST(LogRecord, AnyBytesSurviveTheLine) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  for (const std::string& text :
       {std::string("hello\n"), std::string(), std::string("grüße \"\\\t"), all,
        std::string(65536, '\0'), std::string(65536, '\xff'), std::string("half \xc3")}) {
    const std::string line = encode(record(text));
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    EXPECT_LE(line.size(), longest_log_line);
    const auto read = decode_log_record(without_newline(line));
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, record(text));
  }
}

TEST(LogRecord, IsALineOfDockersJsonFile) {
  EXPECT_EQ(
      encode(record("hello\n")),
      "{\"log\":\"hello\\n\",\"stream\":\"stderr\",\"time\":\"2026-01-02T03:04:05.123456789Z\","
      "\"ends\":[5,1099511627776]}\n");
  const auto json = nlohmann::json::parse(encode(record("a\xff")));
  EXPECT_EQ(json["log"], "");
  EXPECT_EQ(json["base16"], "61ff");
}

TEST(LogRecord, WhatWasCutIsNone) {
  const std::string line = encode(record("hello\n"));
  for (std::size_t size = 0; size + 1 < line.size(); ++size)
    EXPECT_FALSE(decode_log_record(line.substr(0, size))) << size;
  for (const char* text : {"[]", "null", "{\"log\":1}", "{\"log\":\"a\",\"ends\":[\"x\",1]}",
                           "{\"log\":\"a\",\"base16\":\"6\"}", "{\"log\":\"a\",\"ends\":{}}"})
    EXPECT_FALSE(decode_log_record(text)) << text;
  EXPECT_FALSE(decode_log_record(std::string(longest_log_line + 1, ' ')));
}

}  // namespace
}  // namespace engine
