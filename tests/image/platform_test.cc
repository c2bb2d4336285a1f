#include "image/platform.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/error.h"

namespace image {
namespace {

TEST(Platform, usual_names_are_understood) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"linux/amd64", "linux/amd64"},     {"x86_64", "linux/amd64"},
      {"linux/aarch64", "linux/arm64"},   {"linux/arm64/v8", "linux/arm64"},
      {"linux/arm", "linux/arm/v7"},      {"linux/arm/6", "linux/arm/v6"},
      {"armhf", "linux/arm/v7"},          {"Linux/AMD64", "linux/amd64"},
      {"windows/amd64", "windows/amd64"}, {"linux/amd64/v3", "linux/amd64/v3"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(Platform::parse(text).text(), expected);
}

TEST(Platform, nonsense_is_refused) {
  for (const char* text : {"", "/", "linux/", "a/b/c/d", "linux/am d64", "linux/\n"})
    EXPECT_THROW(Platform::parse(text), base::Error) << text;
}

struct Choice {
  std::vector<std::string> offered;
  std::string wanted;
  std::optional<std::size_t> chosen;
};

TEST(Platform, the_nearest_that_runs_is_chosen) {
  const std::vector<Choice> cases{
      {{"linux/arm64", "linux/amd64"}, "linux/amd64", 1},
      {{"linux/amd64", "linux/amd64"}, "linux/amd64", 0},
      {{"linux/386", "linux/arm64"}, "linux/amd64", 0},
      {{"linux/386", "linux/amd64"}, "linux/amd64", 1},
      {{"linux/arm/v5", "linux/arm/v6"}, "linux/arm/v7", 1},
      {{"linux/arm/v7"}, "linux/arm/v6", std::nullopt},
      {{"linux/arm/v7"}, "linux/arm64", 0},
      {{"linux/arm64/v8"}, "linux/arm64", 0},
      {{"linux/amd64"}, "linux/386", std::nullopt},
      {{"windows/amd64"}, "linux/amd64", std::nullopt},
      {{"linux/amd64"}, "linux/amd64/v3", 0},
      {{"unknown/unknown"}, "linux/amd64", std::nullopt},
      {{}, "linux/amd64", std::nullopt},
  };
  for (const Choice& one : cases) {
    std::vector<Platform> offered;
    for (const std::string& text : one.offered) offered.push_back(Platform::parse(text));
    EXPECT_EQ(choose_platform(offered, Platform::parse(one.wanted)), one.chosen) << one.wanted;
  }
}

TEST(Platform, the_host_is_a_linux) { EXPECT_EQ(Platform::host().os, "linux"); }

}  // namespace
}  // namespace image
