#include "base/number_list.h"

#include <gtest/gtest.h>

#include "base/resource_limits.h"

namespace base {
namespace {

TEST(NumberList, CountsWhatItNames) {
  const struct {
    const char* list;
    std::optional<unsigned> count;
  } cases[] = {
      {"0", 1},   {"0-2,4", 4},       {"1,1,0-1", 2},        {"0-4095", 4096},
      {"", {}},   {"a", {}},          {"2-1", {}},           {"1-", {}},
      {"-1", {}}, {"0,,1", {}},       {"0-4096", {}},        {"0-1-2", {}},
      {"1 ", {}}, {"4294967295", {}}, {"0-99999999999", {}}, {",", {}},
  };
  for (const auto& c : cases) EXPECT_EQ(count_listed(c.list), c.count) << c.list;
}

TEST(ResourceLimits, HaveNames) {
  EXPECT_EQ(limit_name(*parse_limit_name("nofile")), "nofile");
  EXPECT_FALSE(parse_limit_name("NOFILE"));
  EXPECT_FALSE(parse_limit_name(""));
  EXPECT_EQ(limit_name(1000), "");
}

}  // namespace
}  // namespace base
