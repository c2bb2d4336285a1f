#include "image/url.h"

#include <gtest/gtest.h>

#include "image/trust_policy.h"

namespace image {
namespace {

TEST(Url, origins_are_told_apart) {
  const auto url = parse_url("https://Host.Test/a?b#c");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "host.test");
  EXPECT_EQ(url->port, "443");
  EXPECT_EQ(url->text, "https://Host.Test/a?b");
  EXPECT_TRUE(parse_url("http://[::1]:5000/"));
  for (const char* text : {"", "x", "/x", "gopher://x/", "https://", "https://a b/"})
    EXPECT_FALSE(parse_url(text)) << text;
  EXPECT_EQ(url->origin(), "https://host.test");
  EXPECT_EQ(parse_url("http://h:443/x")->origin(), "http://h:443");
}

TEST(Url, this_machine_is_known_by_its_names) {
  for (const char* text :
       {"http://localhost:5000/", "https://LOCALHOST/", "http://127.9.8.7/", "http://[::1]:1/"})
    EXPECT_TRUE(is_loopback(parse_url(text)->host)) << text;
  for (const char* text : {"http://127.0.0.1.example.test/", "http://localhost.test/",
                           "http://128.0.0.1/", "http://[::2]/"})
    EXPECT_FALSE(is_loopback(parse_url(text)->host)) << text;
}

}  // namespace
}  // namespace image
