#include "engine/create.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/error.h"

namespace engine {
namespace {

image::Image sample_image() {
  image::Image image;
  image.config.os = "linux";
  image.config.architecture = "amd64";
  image.config.entrypoint = {"/entry"};
  image.config.cmd = {"default"};
  image.config.env = {"PATH=/opt/bin", "A=image"};
  image.config.user = "app";
  image.config.working_dir = "/app";
  image.config.labels = {{"from", "image"}, {"both", "image"}};
  return image;
}

struct ArgvCase {
  const char* what;
  std::optional<std::vector<std::string>> entrypoint;
  std::vector<std::string> command;
  std::vector<std::string> expected;
};

TEST(Create, EntrypointAndCommandCombineAsDockerSays) {
  const ArgvCase cases[] = {
      {"image's own", std::nullopt, {}, {"/entry", "default"}},
      {"a command replaces the image's", std::nullopt, {"x", "y"}, {"/entry", "x", "y"}},
      {"an entrypoint drops the image's command", {{"/bin/sh"}}, {}, {"/bin/sh"}},
      {"both given", {{"/bin/sh"}}, {"-c", "x"}, {"/bin/sh", "-c", "x"}},
      {"an emptied entrypoint", std::vector<std::string>{}, {"x"}, {"x"}},
  };
  for (const ArgvCase& item : cases) {
    CreateRequest request;
    request.entrypoint = item.entrypoint;
    request.command = item.command;
    EXPECT_EQ(resolve(request, sample_image(), Settings{}).argv, item.expected) << item.what;
  }
}

TEST(Create, NothingToRunIsRefused) {
  CreateRequest request;
  request.entrypoint = std::vector<std::string>{};
  EXPECT_THROW(resolve(request, sample_image(), Settings{}), base::Error);
}

TEST(Create, TheEnvironmentIsTheImagesThenTheUsers) {
  CreateRequest request;
  request.env = {"A=user", "B=2"};
  request.own_env = {"A=ours", "container=podman"};
  request.hostname = "box";
  EXPECT_EQ(resolve(request, sample_image(), Settings{}).env,
            (std::vector<std::string>{"PATH=/opt/bin", "HOSTNAME=box", "A=user", "container=podman",
                                      "B=2"}));
}

TEST(Create, AnImageWithoutPathGetsTheUsualOne) {
  image::Image image = sample_image();
  image.config.env.clear();
  EXPECT_TRUE(resolve({}, image, Settings{})
                  .env.front()
                  .starts_with("PATH=/usr/local/sbin:/usr/local/bin"));
}

TEST(Create, TheUsersWishWinsOverTheImage) {
  CreateRequest request;
  request.user = "0";
  request.working_directory = "/";
  request.labels = {{"both", "user"}};
  const ContainerConfig config = resolve(request, sample_image(), Settings{});
  EXPECT_EQ(config.user, "0");
  EXPECT_EQ(config.working_directory, "/");
  EXPECT_EQ(config.labels.at("both"), "user");
  EXPECT_EQ(config.labels.at("from"), "image");
}

TEST(Create, HostnameIsTheShortIdUnlessGiven) {
  const ContainerConfig config = resolve({}, sample_image(), Settings{});
  EXPECT_EQ(config.hostname, config.id.substr(0, 12));
}

TEST(Create, AnImageOfAnotherArchitectureIsRefused) {
  image::Image image = sample_image();
  const image::Platform host{.os = "linux", .architecture = "amd64", .variant = ""};
  require_platform(image, host);
  image.config.architecture = "arm64";
  EXPECT_THROW(require_platform(image, host), base::Error);
}

TEST(Create, DrawnNamesAreValid) {
  for (int round = 0; round < 100; ++round) EXPECT_TRUE(valid_name(random_name()));
  for (const char* bad : {"", "a", "-ab", "a/b", "a b", ".ab", "a\nb"})
    EXPECT_FALSE(valid_name(bad)) << bad;
}

}  // namespace
}  // namespace engine
