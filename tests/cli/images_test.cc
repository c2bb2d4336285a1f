#include "tests/cli/app_fixture.h"

namespace cli {
namespace {

class PullTest : public AppTest {
 protected:
  PullTest() {
    fake::World& world = fake::world();
    world.pulled.image = fake::image("alpine:latest", '1', 1000, test_now());
    world.pulled.digest = image::Digest::sha256(std::string(64, 'd')).value();
    world.pulled.changed = true;
    world.progress = [](base::Progress& progress) {
      progress.message("latest: Pulling from library/alpine");
      progress.update("aaaaaaaaaaaa", "Pulling fs layer", 0, 0);
      progress.update("aaaaaaaaaaaa", "Downloading", 5, 10);
      progress.update("aaaaaaaaaaaa", "Pull complete", 0, 0);
    };
  }
};

TEST_F(PullTest, InAPipeDockersTextIsOnStandardOutput) {
  Said said = vdkr({"pull", "alpine"});
  EXPECT_EQ(said.code, 0);
  EXPECT_EQ(said.err, "");
  EXPECT_EQ(said.out,
            "Using default tag: latest\n"
            "latest: Pulling from library/alpine\n"
            "aaaaaaaaaaaa: Pulling fs layer\n"
            "aaaaaaaaaaaa: Pull complete\n"
            "Digest: sha256:" +
                std::string(64, 'd') +
                "\n"
                "Status: Downloaded newer image for alpine:latest\n"
                "docker.io/library/alpine:latest\n");
  fake::world().pulled.changed = false;
  fake::world().progress = nullptr;
  said = vdkr({"pull", "--platform", "linux/arm64", "alpine:latest"});
  EXPECT_EQ(said.out, "Digest: sha256:" + std::string(64, 'd') +
                          "\n"
                          "Status: Image is up to date for alpine:latest\n"
                          "docker.io/library/alpine:latest\n");
  EXPECT_EQ(fake::world().pull->platform, "linux/arm64");
  EXPECT_EQ(fake::world().pull->image, "alpine:latest");
}

TEST_F(PullTest, PodmansTextIsOnStandardErrorAndTheIdOnStandardOutput) {
  const Said said = vpdmn({"image", "pull", "alpine"});
  EXPECT_EQ(said.code, 0);
  EXPECT_EQ(said.err,
            "Trying to pull docker.io/library/alpine:latest...\n"
            "Copying blob aaaaaaaaaaaa\n"
            "Copying config 111111111111\n"
            "Writing manifest to image destination\n");
  EXPECT_EQ(said.out, std::string(64, '1') + "\n");
}

TEST_F(PullTest, QuietSaysOnlyWhatWasPulled) {
  EXPECT_EQ(vdkr({"pull", "-q", "alpine"}).out, "docker.io/library/alpine:latest\n");
  const Said said = vpdmn({"pull", "--quiet", "alpine"});
  EXPECT_EQ(said.out, std::string(64, '1') + "\n");
  EXPECT_EQ(said.err, "");
}

TEST_F(PullTest, ARegistryOfTheSettingsCompletesShortNames) {
  const Said said = vdkr({"--registry", "registry.example:5000", "pull", "alpine"});
  EXPECT_TRUE(
      said.out.ends_with("Status: Downloaded newer image for alpine:latest\n"
                         "registry.example:5000/alpine:latest\n"))
      << said.out;
  fake::world().images = {
      fake::image("registry.example:5000/alpine:3.20", '1', 1, test_now()),
      fake::image("alpine:3.20", '2', 1, test_now()),
  };
  EXPECT_EQ(vdkr({"--registry", "registry.example:5000", "images", "-q", "alpine"}).out,
            "111111111111\n");
  EXPECT_EQ(
      vdkr({"--registry", "registry.example:5000", "images", "--format", "{{.Repository}}"}).out,
      "alpine\ndocker.io/library/alpine\n");
}

TEST_F(AppTest, AnImageIsListedByItsShortNameAndByItsWholeOne) {
  fake::world().images = {fake::image("reg.test:5000/alpine:3.20", '1', 1000, before_now(60))};
  const std::string id = std::string(12, '1') + "\n";
  for (const char* name : {"alpine", "alpine:3.20", "reg.test:5000/alpine", "*/alpine:3.*"})
    EXPECT_EQ(vdkr({"--registry", "reg.test:5000", "images", "-q", name}).out, id) << name;
  for (const char* name : {"alpine:3.19", "test:5000/alpine", "alp"})
    EXPECT_EQ(vdkr({"--registry", "reg.test:5000", "images", "-q", name}).out, "") << name;
}

TEST_F(PullTest, AFailureStopsItInTheMiddle) {
  fake::world().failure = base::Error("pulling alpine: 500");
  const Said said = vdkr({"pull", "alpine"});
  EXPECT_EQ(said.code, 1);
  EXPECT_EQ(said.err, "vdkr: pulling alpine: 500\n");
  EXPECT_TRUE(said.out.ends_with("aaaaaaaaaaaa: Pull complete\n"));
}

TEST_F(PullTest, ANameThatIsNoneIsRefused) {
  const Said said = vdkr({"pull", "UPPER"});
  EXPECT_EQ(said.code, 1);
  EXPECT_TRUE(said.err.starts_with("vdkr: ")) << said.err;
  EXPECT_EQ(said.out, "");
  EXPECT_FALSE(fake::world().pull);
}

class RemoveTest : public AppTest {};

TEST_F(RemoveTest, RmiTellsWhatWentInEachToolsWords) {
  const image::Image removed = fake::image("alpine:latest", '1', 1000, test_now());
  fake::world().removed = {.untagged = {removed.tags[0], removed.digests[0]},
                           .image = removed.id,
                           .layers = {image::Digest::sha256(std::string(64, 'e')).value()}};
  EXPECT_EQ(vdkr({"rmi", "alpine"}).out,
            "Untagged: alpine:latest\n"
            "Untagged: alpine@sha256:" +
                std::string(63, '1') +
                "0\n"
                "Deleted: sha256:" +
                std::string(64, '1') +
                "\n"
                "Deleted: sha256:" +
                std::string(64, 'e') + "\n");
  EXPECT_EQ(vpdmn({"image", "rm", "-f", "alpine"}).out,
            "Untagged: docker.io/library/alpine:latest\n"
            "Deleted: " +
                std::string(64, '1') + "\n");
  EXPECT_EQ(fake::world().removals, (std::vector<std::string>{"alpine", "alpine force"}));
}

TEST_F(RemoveTest, RmiGoesOnWithTheNextName) {
  const base::Error absent(base::ErrorKind::not_found, "No such image: a");
  fake::world().removed.image = image::Digest::sha256(std::string(64, '1'));
  fake::world().failure = absent;
  Said said = vdkr({"rmi", "a", "b"});
  EXPECT_EQ(said.code, 1);
  EXPECT_EQ(said.err, "Error: No such image: a\n");
  EXPECT_EQ(said.out, "Deleted: sha256:" + std::string(64, '1') + "\n");
  fake::world().failure = absent;
  said = vpdmn({"rmi", "a", "b"});
  EXPECT_EQ(said.code, 1);
  EXPECT_EQ(said.err, "Error: a: image not known\n");
}

TEST_F(RemoveTest, AnImageInUseIsEachToolsCode) {
  const base::Error in_use("conflict: unable to remove repository reference \"alpine\"");
  fake::world().failure = in_use;
  EXPECT_EQ(vdkr({"rmi", "alpine"}).code, 1);
  fake::world().failure = in_use;
  const Said said = vpdmn({"rmi", "alpine"});
  EXPECT_EQ(said.code, 2);
  EXPECT_EQ(said.err, "Error: conflict: unable to remove repository reference \"alpine\"\n");
}

TEST_F(RemoveTest, ForceForgivesWhatIsNotThere) {
  const base::Error absent(base::ErrorKind::not_found, "No such image: a");
  fake::world().failure = absent;
  Said said = vdkr({"rmi", "-f", "a"});
  EXPECT_EQ(said.code, 0);
  EXPECT_EQ(said.err, "Error: No such image: a\n");
  fake::world().failure = absent;
  said = vpdmn({"rmi", "-f", "a"});
  EXPECT_EQ(said.code, 0);
  EXPECT_EQ(said.err, "");
}

TEST_F(RemoveTest, RmPrintsEachNameAndGoesOn) {
  fake::world().containers = {fake::container("a1", engine::Created{}, test_now()),
                              fake::container("b1", engine::Running{}, test_now())};
  const std::string id = fake::world().containers[1].config.id;
  Said said = vdkr({"rm", "nosuch", "b1", "a1"});
  EXPECT_EQ(said.code, 1);
  EXPECT_EQ(said.out, "a1\n");
  EXPECT_EQ(said.err,
            "Error: No such container: nosuch\n"
            "Error: You cannot remove a running container " +
                id + ". Stop the container before attempting removal or force remove\n");
  said = vpdmn({"rm", "nosuch", "b1", "a1"});
  EXPECT_EQ(said.code, 2);
  EXPECT_EQ(said.err,
            "Error: no container with name or ID \"nosuch\" found: no such container\n"
            "Error: cannot remove container " +
                id +
                " as it is running - running or paused containers cannot be removed without "
                "force: container state improper\n");
  said = vdkr({"container", "rm", "-f", "b1"});
  EXPECT_EQ(said.code, 0);
  EXPECT_EQ(said.out, "b1\n");
}

}  // namespace
}  // namespace cli
