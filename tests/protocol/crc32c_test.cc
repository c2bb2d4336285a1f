#include "guest-init/protocol/crc32c.h"

#include <gtest/gtest.h>

#include <string>

namespace protocol {
namespace {

struct Case {
  const char* what;
  std::string bytes;
  std::uint32_t crc;
};

std::string counting(int first, int step) {
  std::string bytes;
  for (int i = 0; i < 32; ++i) bytes.push_back(static_cast<char>(first + i * step));
  return bytes;
}

// RFC 3720, appendix B.4; the last two are widely published check values.
TEST(Crc32c, IsCastagnolis) {
  const Case cases[] = {
      {"32 zeros", std::string(32, '\0'), 0x8a9136aa},
      {"32 ones", std::string(32, '\xff'), 0x62a8ab43},
      {"ascending", counting(0, 1), 0x46dd794e},
      {"descending", counting(31, -1), 0x113fdb5c},
      {"check value", "123456789", 0xe3069283},
      {"nothing", "", 0},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(crc32c(0, c.bytes.data(), c.bytes.size()), c.crc) << c.what;
  }
}

TEST(Crc32c, GoesOnWhereItStopped) {
  std::string bytes;
  for (int i = 0; i < 100; ++i) bytes.push_back(static_cast<char>(i * 37));
  const std::uint32_t whole = crc32c(0, bytes.data(), bytes.size());
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    const std::uint32_t first = crc32c(0, bytes.data(), cut);
    EXPECT_EQ(crc32c(first, bytes.data() + cut, bytes.size() - cut), whole) << cut;
  }
}

}  // namespace
}  // namespace protocol
