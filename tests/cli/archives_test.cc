// save, load, push, tag and untag.
#include <sys/stat.h>

#include "base/file.h"
#include "tests/cli/app_fixture.h"

namespace cli {
namespace {

using Orders = std::vector<std::string>;

class ArchivesTest : public AppTest {
 protected:
  ArchivesTest() {
    fake::World& world = fake::world();
    world.pulled.digest = image::Digest::sha256(std::string(64, 'd')).value();
    world.progress = [](base::Progress& progress) {
      progress.update("aaaaaaaaaaaa", "Preparing", 0, 0);
      progress.update("aaaaaaaaaaaa", "Pushing", 5, 10);
      progress.update("aaaaaaaaaaaa", "Pushed", 0, 0);
    };
  }
  static std::string digest() { return "sha256:" + std::string(64, 'd'); }

  base::TempDir directory_{testing::TempDir(), "archives"};
  std::string file_ = directory_.path() + "/archive.tar";
};

TEST_F(ArchivesTest, AnArchiveGoesToStandardOutputAndNothingElse) {
  const Said said = vdkr({"save", "alpine", "debian:12"});
  EXPECT_EQ(said.out, "an archive");
  EXPECT_EQ(said.err, "");
  EXPECT_EQ(fake::world().saved->images, (std::vector<std::string>{"alpine", "debian:12"}));
  EXPECT_TRUE(fake::world().saved->whole_repositories);
  EXPECT_EQ(fake::world().saved->format, image::ArchiveFormat::docker);
  EXPECT_EQ(vpdmn({"save", "--format", "oci-archive", "alpine"}).out, "an archive");
  EXPECT_FALSE(fake::world().saved->whole_repositories);
  EXPECT_EQ(fake::world().saved->format, image::ArchiveFormat::oci);
}

TEST_F(ArchivesTest, AFileAppearsWholeOrNotAtAll) {
  EXPECT_EQ(vdkr({"save", "-o", file_, "alpine"}).code, 0);
  EXPECT_EQ(base::read_file(file_, 100), "an archive");
  struct stat status {};
  ASSERT_EQ(stat(file_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600u);
  base::remove_file(file_);
  fake::world().failure = base::Error(base::ErrorKind::corrupt, "damaged");
  const Said said = vdkr({"image", "save", "--output", file_, "alpine"});
  EXPECT_EQ(said.code, 1);
  EXPECT_EQ(said.err, "vdkr: damaged\n");
  EXPECT_TRUE(base::list_directory(directory_.path()).empty());
  EXPECT_EQ(vdkr({"save", "-o", "/dev/null", "alpine"}).code, 0);
}

TEST_F(ArchivesTest, SeveralAreAnOptionWithPodman) {
  EXPECT_EQ(vpdmn({"save", "a", "b"}).code, 125);
  EXPECT_EQ(vpdmn({"save", "-m", "a", "b"}).code, 0);
  EXPECT_EQ(vpdmn({"save", "--quiet", "--multi-image-archive", "a", "b"}).code, 0);
}

TEST_F(ArchivesTest, WhatIsLoadedIsTold) {
  base::replace_file(file_, "bytes");
  image::Image image = fake::image("alpine:3.20", '1', 1000, test_now());
  fake::world().loaded = {{.image = image, .names = {image.tags[0]}},
                          {.image = fake::image("", '2', 1, test_now()), .names = {}}};
  Said said = vdkr({"load", "-i", file_, "--platform", "linux/arm64"});
  EXPECT_EQ(said.out,
            "Loaded image: alpine:3.20\nLoaded image ID: sha256:" + std::string(64, '2') + "\n");
  EXPECT_EQ(said.err, "");
  EXPECT_EQ(fake::world().orders, Orders{"load bytes linux/arm64"});
  said = vpdmn({"image", "load", "--quiet", "--input", file_});
  EXPECT_EQ(said.out, "Loaded image: docker.io/library/alpine:3.20\nLoaded image: sha256:" +
                          std::string(64, '2') + "\n");
  EXPECT_EQ(vdkr({"load", "-i", file_ + ".not"}).code, 1);
}

TEST_F(ArchivesTest, APushIsToldAsDockerDoes) {
  Said said = vdkr({"push", "reg.test/app"});
  EXPECT_EQ(said.out,
            "The push refers to repository [reg.test/app]\n"
            "Using default tag: latest\n"
            "aaaaaaaaaaaa: Preparing\n"
            "aaaaaaaaaaaa: Pushed\n"
            "latest: digest: " +
                digest() + " size: 527\n");
  EXPECT_EQ(said.err, "");
  said = vdkr({"push", "-q", "reg.test/app:1"});
  EXPECT_EQ(said.out, "reg.test/app:1\n");
  EXPECT_EQ(fake::world().orders, (Orders{"push reg.test/app ", "push reg.test/app:1 "}));
}

TEST_F(ArchivesTest, APushIsToldAsPodmanDoes) {
  const Said said = vpdmn({"push", "--creds", "me:secret", "--tls-verify=false", "--digestfile",
                           file_, "app", "docker://reg.test/app:2"});
  EXPECT_EQ(said.out, "");
  EXPECT_EQ(said.err, "Copying blob aaaaaaaaaaaa\n");
  EXPECT_EQ(fake::world().orders, Orders{"push app reg.test/app:2"});
  EXPECT_EQ(fake::world().access.login, "me:secret");
  EXPECT_TRUE(fake::world().access.insecure);
  EXPECT_EQ(base::read_file(file_, 100), digest());
  EXPECT_EQ(vpdmn({"push", "app", "oci-archive:/tmp/x"}).code, 125);
}

TEST_F(ArchivesTest, APushHasItsOwnWayToTheRegistry) {
  EXPECT_EQ(vpdmn({"push", "--authfile", file_, "--cert-dir", directory_.path(), "app"}).code, 0);
  EXPECT_EQ(fake::world().access.credentials_file, file_);
  EXPECT_EQ(fake::world().access.certificates, directory_.path());
  EXPECT_EQ(vpdmn({"push", "--platform", "linux/arm64", "app"}).code, 125) << "there is no choice";
}

TEST_F(ArchivesTest, WhatIsNotHereIsNotPushed) {
  const auto err = [&](Said (*program)(const std::vector<std::string>&), const char* name) {
    fake::world().failure = base::Error(base::ErrorKind::not_found, "No such image");
    return program({"push", "-q", name}).err;
  };
  const std::string no_repository = "vdkr: An image does not exist locally with the tag: ";
  EXPECT_EQ(err(vdkr, "app:1"), no_repository + "app\n");
  EXPECT_EQ(err(vdkr, "docker.io/library/app"), no_repository + "app\n");
  EXPECT_EQ(err(vpdmn, "app:1"), "Error: app:1: image not known\n");
  fake::world().images = {fake::image("app:2", '1', 1000, test_now())};
  EXPECT_EQ(err(vdkr, "app:1"), "vdkr: tag does not exist: app:1\n");
  EXPECT_EQ(err(vdkr, "app:2"), "vdkr: No such image\n") << "of the registry";
  fake::world().failure = base::Error(base::ErrorKind::not_found, "No such image");
  EXPECT_EQ(vpdmn({"push", "app:1"}).code, 125);
}

TEST_F(ArchivesTest, AllTagsOfARepositoryArePushed) {
  image::Image image = fake::image("reg.test/app:2", '1', 1000, test_now());
  image.tags.push_back(image::Reference::parse("reg.test/app:1"));
  image.tags.push_back(image::Reference::parse("reg.test/other:1"));
  fake::world().images = {image};
  EXPECT_EQ(vdkr({"push", "--quiet", "--all-tags", "reg.test/app"}).out, "reg.test/app\n");
  EXPECT_EQ(vdkr({"push", "-a", "reg.test/app:1"}).code, 1);
  EXPECT_EQ(vdkr({"push", "-a", "reg.test/none"}).code, 1);
}

TEST_F(ArchivesTest, NamesAreGivenAndTaken) {
  EXPECT_EQ(vdkr({"tag", "alpine", "reg.test/a:1"}).code, 0);
  EXPECT_EQ(vpdmn({"tag", "alpine", "b", "c"}).code, 0);
  EXPECT_EQ(vpdmn({"image", "untag", "alpine", "b"}).code, 0);
  EXPECT_EQ(vpdmn({"untag", "alpine"}).out, "");
  EXPECT_EQ(fake::world().orders, (Orders{"tag alpine reg.test/a:1", "tag alpine b", "tag alpine c",
                                          "untag alpine b", "untag alpine"}));
  EXPECT_EQ(vdkr({"tag", "alpine"}).code, 1);
}

}  // namespace
}  // namespace cli
