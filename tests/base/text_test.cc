#include "base/text.h"

#include <gtest/gtest.h>

namespace base {
namespace {

using Words = std::vector<std::string>;

TEST(Trim, TakesWhiteSpaceFromBothEnds) {
  EXPECT_EQ(trim(" \t\r\n a b \v\f"), "a b");
  EXPECT_EQ(trim(" \n "), "");
  EXPECT_EQ(trim(""), "");
  EXPECT_EQ(trim("\xc2\xa0x"), "\xc2\xa0x");
}

TEST(Split, KeepsEmptyParts) {
  EXPECT_EQ(split("a,,b", ','), (Words{"a", "", "b"}));
  EXPECT_EQ(split("", ','), (Words{""}));
  EXPECT_EQ(split(",", ','), (Words{"", ""}));
  EXPECT_EQ(split("abc", ','), (Words{"abc"}));
}

TEST(Join, PutsTheSeparatorBetween) {
  EXPECT_EQ(join({"a", "", "b"}, ", "), "a, , b");
  EXPECT_EQ(join({"a"}, ", "), "a");
  EXPECT_EQ(join({}, ", "), "");
}

TEST(Lower, ChangesAsciiAlone) { EXPECT_EQ(lower("AZ[`Ä9"), "az[`Ä9"); }

TEST(ParseNumber, TakesTheWholeTextOrNothing) {
  EXPECT_EQ(parse_number<int>("-12"), -12);
  EXPECT_EQ(parse_number<std::uint8_t>("255"), 255);
  for (const char* text : {"", "256", "-1", "1x", " 1", "+1", "0x1"})
    EXPECT_FALSE(parse_number<std::uint8_t>(text)) << text;
}

TEST(ParseSize, ReadsDockersSizes) {
  struct Case {
    const char* text;
    std::uint64_t bytes;
  };
  constexpr std::uint64_t kib = 1024;
  const Case cases[] = {
      {"0", 0},
      {"512", 512},
      {"512b", 512},
      {"64m", 64 * kib * kib},
      {"64M", 64 * kib * kib},
      {"64mb", 64 * kib * kib},
      {"64 MiB", 64 * kib * kib},
      {"1.5GiB", 3 * kib * kib * kib / 2},
      {".5k", 512},
      {"1.k", 1024},
      {"0.1k", 102},
      {"2t", 2 * kib * kib * kib * kib},
      {"1p", kib * kib * kib * kib * kib},
      {"1.9", 1},
      {"18446744073709551615", UINT64_MAX},
      {"16383.5p", 0 - (kib * kib * kib * kib * kib / 2)},
  };
  for (const Case& c : cases) EXPECT_EQ(parse_size(c.text), c.bytes) << c.text;
}

TEST(ParseSize, RefusesEverythingElse) {
  for (const char* text : {"",
                           "m",
                           ".",
                           "b",
                           "-1",
                           "+1",
                           "1x",
                           "1mm",
                           "1bb",
                           "1ib",
                           "1mi",
                           "1mibb",
                           "1  m",
                           " 1m",
                           "1m ",
                           "1.2.3",
                           "0x10",
                           "1e3",
                           "18446744073709551616",
                           "16384p",
                           "1,5m",
                           "inf",
                           "nan"})
    EXPECT_FALSE(parse_size(text)) << text;
}

TEST(HumanSize, WritesDockersColumns) {
  struct Case {
    std::uint64_t bytes;
    const char* three;
    const char* four;
  };
  const Case cases[] = {
      {0, "0B", "0B"},
      {1, "1B", "1B"},
      {999, "999B", "999B"},
      {1000, "1kB", "1kB"},
      {1024, "1.02kB", "1.024kB"},
      {997'000, "997kB", "997kB"},
      {999'499, "999kB", "999.5kB"},
      {999'600, "1MB", "999.6kB"},
      {999'960, "1MB", "1000kB"},
      {1'000'000, "1MB", "1MB"},
      {1'048'576, "1.05MB", "1.049MB"},
      {7'049'000, "7.05MB", "7.049MB"},
      {16'480'000, "16.5MB", "16.48MB"},
      {1'240'000'000, "1.24GB", "1.24GB"},
      {3'424'200'000'000, "3.42TB", "3.424TB"},
      {UINT64_MAX, "18.4EB", "18.45EB"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(human_size(c.bytes), c.three) << c.bytes;
    EXPECT_EQ(human_size(c.bytes, 4), c.four) << c.bytes;
  }
}

TEST(Printable, LetsTextThroughAndEscapesTheRest) {
  struct Case {
    std::string foreign;
    const char* shown;
  };
  const Case cases[] = {
      {"plain ~text!", "plain ~text!"},
      {"grün 日本 😀", "grün 日本 😀"},
      {"a\nb\r\tc", "a\\nb\\r\\tc"},
      {std::string("\0\x1b\x7f", 3), "\\x00\\x1b\\x7f"},
      {"\xff", "\\xff"},
      {"\xc3", "\\xc3"},
      {"\xc3(", "\\xc3("},
      {"\xc0\xaf", "\\xc0\\xaf"},                    // overlong
      {"\xe0\x80\xaf", "\\xe0\\x80\\xaf"},           // overlong
      {"\xed\xa0\x80", "\\xed\\xa0\\x80"},           // a surrogate
      {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},  // above 10FFFF
      {"\xc2\x9b"
       "2J",
       "\\xc2\\x9b2J"},  // CSI as one C1 character
      {"a\xe2\x80\xae"
       "b",
       "a\\xe2\\x80\\xaeb"},  // right-to-left override
      {"", ""},
  };
  for (const Case& c : cases) EXPECT_EQ(printable(c.foreign), c.shown) << c.shown;
}

TEST(Printable, CutsAtTheLimitAndNeverInsideACharacter) {
  EXPECT_EQ(printable("abcdef", 6), "abcdef");
  EXPECT_EQ(printable("abcdefg", 6), "abcdef…");
  EXPECT_EQ(printable("abcdeü", 6), "abcde…");
  EXPECT_EQ(printable("abcde\x1b", 6), "abcde…");
  EXPECT_EQ(printable(std::string(1000, 'x')).size(), 256 + std::string("…").size());
}

TEST(IsUtf8, KnowsWhatIsWellFormed) {
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8(std::string_view("a\0\x1bü😀", 9)));
  for (const char* text : {"\xff", "a\x80", "\xc3", "\xed\xa0\x80", "\xc0\x80"})
    EXPECT_FALSE(is_utf8(text));
}

TEST(Hex, IsLowerCase) { EXPECT_EQ(hex(std::string_view("\x00\x0f\xa5\xff", 4)), "000fa5ff"); }

}  // namespace
}  // namespace base
