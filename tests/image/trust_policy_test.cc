#include "image/trust_policy.h"

#include <gtest/gtest.h>

namespace image {
namespace {

TEST(TrustPolicy, LoopbackNeedsNoTls) {
  const TrustPolicy policy({});
  for (const char* domain :
       {"localhost", "localhost:5000", "127.0.0.1", "127.8.9.1:80", "[::1]:5000"})
    EXPECT_TRUE(policy.is_insecure(domain)) << domain;
  for (const char* domain : {"a.test", "128.0.0.1", "127.0.0.1.a.test", "[::2]", "localhost.test"})
    EXPECT_FALSE(policy.is_insecure(domain)) << domain;
}

TEST(TrustPolicy, OthersAreNamedByHostHostAndPortOrRange) {
  const TrustPolicy policy(
      {"a.test", "b.test:5000", "10.1.0.0/16", "fd00::/8", "11.0.0.0/33", "x/8"});
  for (const char* domain : {"a.test", "a.test:1", "b.test:5000", "10.1.2.3:5000", "[fd12::1]:443"})
    EXPECT_TRUE(policy.is_insecure(domain)) << domain;
  for (const char* domain :
       {"b.test", "b.test:5001", "x.a.test", "10.2.0.1", "[fe00::1]", "11.0.0.0"})
    EXPECT_FALSE(policy.is_insecure(domain)) << domain;
}

}  // namespace
}  // namespace image
