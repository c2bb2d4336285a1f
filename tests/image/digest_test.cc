#include "image/digest.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace image {
namespace {

TEST(Digest, reads_what_it_writes) {
  const std::string text = "sha256:" + std::string(63, '0') + "f";
  EXPECT_EQ(Digest::parse(text).text(), text);
  EXPECT_EQ(Digest::parse("sha512:" + std::string(128, 'a')).algorithm, "sha512");
  EXPECT_EQ(Digest::parse(text), *Digest::sha256(std::string(63, '0') + "f"));
  EXPECT_EQ(Digest::parse(text).short_hex(), "000000000000");
}

TEST(Digest, refuses_everything_else) {
  const std::string hex(64, 'a');
  for (const std::string& text :
       {std::string(), std::string("sha256"), std::string("sha256:"), ":" + hex, hex,
        "sha256:" + hex + "a", "sha256:" + hex.substr(1), "SHA256:" + hex,
        "sha256:" + std::string(64, 'A'), "sha256:" + std::string(64, 'g'),
        "sha256:" + hex.substr(2) + "/.", "sha384:" + hex, "md5:" + std::string(32, 'a'),
        "sha256:" + hex + "\n"}) {
    EXPECT_FALSE(Digest::try_parse(text)) << text;
    EXPECT_THROW(Digest::parse(text), base::Error) << text;
  }
}

}  // namespace
}  // namespace image
