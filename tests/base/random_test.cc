#include "base/random.h"

#include <gtest/gtest.h>

#include <set>

namespace base {
namespace {

TEST(RandomHex, HasTwoDigitsForEachByteAndDiffers) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const std::string text = random_hex(32);
    EXPECT_EQ(text.size(), 64u);
    EXPECT_EQ(text.find_first_not_of("0123456789abcdef"), std::string::npos);
    EXPECT_TRUE(seen.insert(text).second);
  }
  EXPECT_EQ(random_hex(0), "");
}

TEST(FillRandom, FillsMoreThanTheKernelGivesAtOnce) {
  std::string bytes(1000, '\0');
  fill_random(reinterpret_cast<std::byte*>(bytes.data()), bytes.size());
  EXPECT_NE(bytes.substr(900), std::string(100, '\0'));
}

TEST(UuidTest, ARandomOneIsOfVersion4AndReadBack) {
  for (int i = 0; i < 50; ++i) {
    const Uuid uuid = Uuid::random();
    const std::string text = uuid.text();
    ASSERT_EQ(text.size(), 36u);
    EXPECT_EQ(text[14], '4');
    EXPECT_NE(std::string("89ab").find(text[19]), std::string::npos);
    EXPECT_EQ(Uuid::parse(text), uuid);
  }
}

TEST(UuidTest, TextHasTheBytesInOrder) {
  std::array<std::uint8_t, 16> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * 17);
  EXPECT_EQ(Uuid(bytes).text(), "00112233-4455-6677-8899-aabbccddeeff");
  EXPECT_EQ(Uuid::parse("00112233-4455-6677-8899-AABBCCDDEEFF"), Uuid(bytes));
  EXPECT_EQ(Uuid().text(), "00000000-0000-0000-0000-000000000000");
}

TEST(UuidTest, OtherTextIsNone) {
  const char* wrong[] = {"",
                         "00112233-4455-6677-8899-aabbccddeef",
                         "00112233-4455-6677-8899-aabbccddeeff0",
                         "00112233x4455-6677-8899-aabbccddeeff",
                         "0011223344-55-6677-8899-aabbccddeeff",
                         "00112233-4455-6677-8899-aabbccddeefg",
                         "{0112233-4455-6677-8899-aabbccddeef}"};
  for (const char* text : wrong) EXPECT_FALSE(Uuid::parse(text)) << text;
}

TEST(BootId, IsAUuidThatStays) {
  EXPECT_TRUE(Uuid::parse(boot_id())) << boot_id();
  EXPECT_EQ(boot_id(), boot_id());
}

}  // namespace
}  // namespace base
