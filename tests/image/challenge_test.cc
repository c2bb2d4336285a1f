#include "image/challenge.h"

#include <gtest/gtest.h>

namespace image {
namespace {

struct Case {
  std::string header;
  std::vector<Challenge> expected;
};

TEST(Challenge, headers_are_read_as_rfc_9110_writes_them) {
  const std::vector<Case> cases{
      {"", {}},
      {"Basic", {{.scheme = "basic", .parameters = {}}}},
      {"Basic realm=\"a registry\"",
       {{.scheme = "basic", .parameters = {{"realm", "a registry"}}}}},
      {"Bearer realm=\"https://auth.docker.io/token\",service=\"registry.docker.io\","
       "scope=\"repository:library/alpine:pull,push\"",
       {{.scheme = "bearer",
         .parameters = {{"realm", "https://auth.docker.io/token"},
                        {"service", "registry.docker.io"},
                        {"scope", "repository:library/alpine:pull,push"}}}}},
      {"BEARER Realm = token , SERVICE=\"a\\\"b\\\\c\"",
       {{.scheme = "bearer", .parameters = {{"realm", "token"}, {"service", "a\"b\\c"}}}}},
      {"Negotiate, Basic realm=x",
       {{.scheme = "negotiate", .parameters = {}},
        {.scheme = "basic", .parameters = {{"realm", "x"}}}}},
      {",, Basic realm=x,,", {{.scheme = "basic", .parameters = {{"realm", "x"}}}}},
      // Damaged: what was understood stays.
      {"realm=x", {}},
      {"Basic realm=\"open", {{.scheme = "basic", .parameters = {}}}},
      {"Basic realm=", {{.scheme = "basic", .parameters = {}}}},
      {"Basic \"quoted\"", {{.scheme = "basic", .parameters = {}}}},
      {"\x01", {}},
  };
  for (const Case& one : cases) EXPECT_EQ(parse_challenges(one.header), one.expected) << one.header;
}

}  // namespace
}  // namespace image
