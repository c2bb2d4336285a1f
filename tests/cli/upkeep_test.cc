// image prune, system prune, system df, system check.
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "tests/cli/app_fixture.h"

namespace cli {
namespace {

using Words = std::vector<std::string>;

class UpkeepTest : public AppTest {
 protected:
  UpkeepTest() {
    fake::World& world = fake::world();
    world.images = {
        fake::image("alpine:3.20", '1', 7'050'000, before_now(3600)),
        fake::image("", '3', 512, before_now(600)),
        fake::image("used:1", 'b', 1000, before_now(7200)),
    };
    world.images[0].config.labels = {{"keep", "yes"}};
    world.containers = {
        fake::container("web", engine::Running{}, before_now(60)),
        fake::container("done", engine::Exited{.code = 3}, before_now(61)),
    };
    world.removed = {.untagged = {image::Reference::parse("alpine:3.20")},
                     .image = world.images[0].id,
                     .layers = {*image::Digest::sha256(std::string(64, 'c'))},
                     .freed_bytes = 4'700'000};
    world.space = {.bytes = 10'000'000,
                   .reclaimable = 7'500'000,
                   .images = {{world.images[0].id, 6'000'000, 1'000'000},
                              {world.images[1].id, 0, 0},
                              {world.images[2].id, 5'000'000, 1'000'000}}};
  }

  static Words removals() { return std::exchange(fake::world().removals, {}); }
  static Said answered(const Personality& personality, const Words& words,
                       const std::string& answer) {
    const base::UniqueFd input = base::memory_file("answer");
    base::write_all(input.get(), answer);
    base::rewind(input.get());
    return run(personality, words, input.get());
  }

  const std::string id_ = std::string(64, '1');
  const std::string nameless_ = "sha256:" + std::string(64, '3');
};

TEST_F(UpkeepTest, ImagePruneTakesWhatHasNoName) {
  fake::world().removed.untagged.clear();
  EXPECT_EQ(vdkr({"image", "prune", "-f"}).out, "Deleted Images:\ndeleted: sha256:" + id_ +
                                                    "\ndeleted: sha256:" + std::string(64, 'c') +
                                                    "\n\nTotal reclaimed space: 4.7MB\n");
  EXPECT_EQ(removals(), Words{nameless_});
  EXPECT_EQ(vpdmn({"image", "prune", "--force"}).out, id_ + "\n");
  EXPECT_EQ(removals(), Words{nameless_});
}

TEST_F(UpkeepTest, WithAllNamedOnesGoToo) {
  const Said said = vdkr({"image", "prune", "-a", "-f"});
  EXPECT_EQ(said.code, 0);
  EXPECT_TRUE(said.out.starts_with("Deleted Images:\nuntagged: alpine:3.20\ndeleted: sha256:"))
      << said.out;
  EXPECT_TRUE(said.out.ends_with("\n\nTotal reclaimed space: 9.4MB\n")) << said.out;
  const Words both{"docker.io/library/alpine:3.20", nameless_};
  EXPECT_EQ(removals(), both) << "not what a container uses";
  EXPECT_EQ(vdkr({"image", "prune", "-f", "--filter", "dangling=false"}).code, 0);
  EXPECT_EQ(removals(), both);
}

TEST_F(UpkeepTest, WhatSomebodyUsesMeanwhileStays) {
  fake::world().removal_failure = base::Error("conflict: unable to delete");
  const Said said = vdkr({"image", "prune", "-f"});
  EXPECT_EQ(said.code, 0);
  EXPECT_EQ(said.out, "Total reclaimed space: 0B\n");
}

struct Filtered {
  Words filters;
  std::size_t images;
};

TEST_F(UpkeepTest, FiltersSayWhatIsMeant) {
  const std::string hour_old = std::to_string(1767323045 - 1800);
  const Filtered cases[] = {
      {{"--filter", "label=keep"}, 1},
      {{"--filter", "label=keep=yes"}, 1},
      {{"--filter", "label=keep=no"}, 0},
      {{"--filter", "label!=keep"}, 1},
      {{"--filter", "until=" + hour_old}, 1},
      {{"--filter", "until=1"}, 0},
      {{"--filter=label=keep", "--filter=until=1"}, 0},
  };
  for (const Filtered& filtered : cases) {
    Words words{"image", "prune", "-a", "-f"};
    words.insert(words.end(), filtered.filters.begin(), filtered.filters.end());
    EXPECT_EQ(vdkr(words).code, 0);
    EXPECT_EQ(removals().size(), filtered.images) << testing::PrintToString(filtered.filters);
  }
  for (const char* filter : {"until=x", "name=x", "dangling=x", "label"})
    EXPECT_EQ(vdkr({"image", "prune", "-f", "--filter", filter}).code, 125) << filter;
  EXPECT_EQ(vdkr({"image", "prune", "--filter=until=1", "--filter=until=2"}).code, 125);
  EXPECT_EQ(vdkr({"container", "prune", "-f", "--filter", "dangling=true"}).code, 125);
  EXPECT_EQ(removals(), Words{});
}

TEST_F(UpkeepTest, ImagePruneAsksFirst) {
  const Personality docker = frontends::docker_personality("vdkr");
  const Personality podman = frontends::podman_personality("vpdmn");
  EXPECT_EQ(answered(docker, {"image", "prune"}, "n\n").out,
            "WARNING! This will remove all dangling images.\n"
            "Are you sure you want to continue? [y/N] Total reclaimed space: 0B\n");
  EXPECT_EQ(answered(podman, {"image", "prune", "-a"}, "").out,
            "WARNING! This command removes all images without at least one container associated "
            "with them.\nAre you sure you want to continue? [y/N] ");
  EXPECT_EQ(removals(), Words{});
  EXPECT_EQ(answered(docker, {"image", "prune", "--all"}, "y\n").code, 0);
  EXPECT_EQ(removals().size(), 2U);
}

TEST_F(UpkeepTest, SystemPruneTakesContainersImagesAndTheRest) {
  fake::world().collected.bytes = 300'000;
  fake::world().removed.untagged.clear();
  const std::string container = fake::world().containers[1].config.id;
  const Said docker = vdkr({"system", "prune", "-f"});
  EXPECT_EQ(docker.out,
            "Deleted Containers:\n" + container + "\n\nDeleted Images:\ndeleted: sha256:" + id_ +
                "\ndeleted: sha256:" + std::string(64, 'c') + "\n\nTotal reclaimed space: 6MB\n");
  EXPECT_EQ(removals(), (Words{container, nameless_}));
  EXPECT_EQ(fake::world().orders, Words{"collect garbage"});
  const Said podman = vpdmn({"system", "prune", "--force", "--all", "--volumes"});
  EXPECT_EQ(podman.out, "Deleted Containers\n" + container + "\nDeleted Images\n" + id_ + "\n" +
                            id_ + "\nTotal reclaimed space: 10.7MB\n");
  removals();
  EXPECT_EQ(vdkr({"system", "prune", "-f", "--filter", "label=none"}).out,
            "Total reclaimed space: 300kB\n");
  EXPECT_EQ(removals(), Words{});
}

TEST_F(UpkeepTest, SystemPruneAsksInTheWordsOfItsPersonality) {
  const Personality docker = frontends::docker_personality("vdkr");
  EXPECT_EQ(
      answered(docker, {"system", "prune", "--filter", "label=b", "--filter=label!=a"}, "N\n").out,
      "WARNING! This will remove:\n"
      "  - all stopped containers\n"
      "  - all networks not used by at least one container\n"
      "  - all dangling images\n"
      "  - all dangling build cache\n"
      "\n"
      "  Items to be pruned will be filtered with:\n"
      "  - label!=a\n"
      "  - label=b\n"
      "\n"
      "Are you sure you want to continue? [y/N] ");
  EXPECT_EQ(answered(docker, {"system", "prune", "-a", "--volumes"}, "").out,
            "WARNING! This will remove:\n"
            "  - all stopped containers\n"
            "  - all networks not used by at least one container\n"
            "  - all volumes not used by at least one container\n"
            "  - all images without at least one container associated to them\n"
            "  - all build cache\n"
            "\n"
            "Are you sure you want to continue? [y/N] ");
  const Personality podman = frontends::podman_personality("vpdmn");
  EXPECT_EQ(answered(podman, {"system", "prune", "-a"}, "").out,
            "WARNING! This command removes:\n"
            "\t- all stopped containers\n"
            "\t- all networks not used by at least one container\n"
            "\t- all images without at least one container associated with them\n"
            "\t- all build cache\n"
            "\n"
            "Are you sure you want to continue? [y/N] ");
  EXPECT_EQ(removals(), Words{});
  EXPECT_EQ(fake::world().orders, Words{});
  EXPECT_EQ(vdkr({"system", "prune", "-f", "--volumes", "--filter", "until=1h"}).code, 1);
}

TEST_F(UpkeepTest, SystemDfCountsEachFileOnce) {
  EXPECT_EQ(vdkr({"system", "df"}).out,
            "TYPE            TOTAL     ACTIVE    SIZE      RECLAIMABLE\n"
            "Images          3         1         10MB      7.5MB (75%)\n"
            "Containers      2         1         2MB       1MB (50%)\n"
            "Local Volumes   0         0         0B        0B\n"
            "Build Cache     0         0         0B        0B\n");
  EXPECT_EQ(vpdmn({"system", "df"}).out,
            "TYPE           TOTAL       ACTIVE      SIZE        RECLAIMABLE\n"
            "Images         3           1           10MB        7.5MB (75%)\n"
            "Containers     2           1           2MB         1MB (50%)\n"
            "Local Volumes  0           0           0B          0B (0%)\n");
  EXPECT_EQ(vdkr({"system", "df", "--format", "{{.Type}} {{.TotalCount}}"}).out,
            "Images 3\nContainers 2\nLocal Volumes 0\nBuild Cache 0\n");
  const auto rows = base::Json::parse(vpdmn({"system", "df", "--format", "json"}).out);
  EXPECT_EQ(rows.at(0).at("RawSize"), 10'000'000);
  EXPECT_EQ(rows.size(), 3U);
}

TEST_F(UpkeepTest, SystemDfVerboseTellsOfEach) {
  const Said docker = vdkr({"system", "df", "-v"});
  EXPECT_TRUE(docker.out.starts_with(
      "Images space usage:\n\n"
      "REPOSITORY   TAG       IMAGE ID       CREATED             SIZE      SHARED SIZE   "
      "UNIQUE SIZE   CONTAINERS\n"
      "alpine       3.20      111111111111   About an hour ago   6MB       1MB           "
      "5MB           0\n"))
      << docker.out;
  EXPECT_NE(docker.out.find("\nused         1         bbbbbbbbbbbb   2 hours ago         5MB       "
                            "1MB           4MB           2\n"),
            std::string::npos)
      << docker.out;
  EXPECT_NE(docker.out.find("\n\nContainers space usage:\n\nCONTAINER ID   IMAGE"),
            std::string::npos);
  EXPECT_TRUE(docker.out.ends_with(
      "\nLocal Volumes space usage:\n\nVOLUME NAME   LINKS     SIZE\n"
      "\nBuild cache usage: 0B\n\n"
      "CACHE ID   CACHE TYPE   SIZE      CREATED   LAST USED   USAGE     SHARED\n"))
      << docker.out;
  const Said podman = vpdmn({"system", "df", "--verbose"});
  EXPECT_NE(podman.out.find("docker.io/library/alpine  3.20        111111111111  About an hour  "
                            "6MB         1MB          5MB          0\n"),
            std::string::npos)
      << podman.out;
  EXPECT_NE(podman.out.find("  bbbbbbbbbbbb  sleep 1000  0              1MB   "), std::string::npos)
      << podman.out;
  EXPECT_TRUE(
      podman.out.ends_with("\nLocal Volumes space usage:\n\nVOLUME NAME  LINKS       SIZE\n"))
      << podman.out;
}

TEST_F(UpkeepTest, SystemDfVerboseIsOneDocumentToAFormat) {
  EXPECT_EQ(
      vdkr({"system", "df", "-v", "--format", "{{range .Images}}{{.UniqueSize}} {{end}}"}).out,
      "5MB 0B 4MB \n");
  const auto document = base::Json::parse(vdkr({"system", "df", "-v", "--format", "json"}).out);
  EXPECT_EQ(document.at("Containers").size(), 2U);
  const Said refused = vpdmn({"system", "df", "-v", "--format", "json"});
  EXPECT_EQ(refused.code, 125);
  EXPECT_EQ(refused.err, "Error: cannot combine --format and --verbose flags\n");
}

TEST_F(UpkeepTest, SystemCheckPrintsALineForEachFinding) {
  EXPECT_EQ(vdkr({"system", "check"}).code, 0);
  fake::world().findings = {{.what = "blobs/sha256/x",
                             .problem = "nothing refers to it",
                             .outcome = {},
                             .damage = false}};
  Said said = vdkr({"system", "check", "-q"});
  EXPECT_EQ(said.code, 0) << "a rest is no damage";
  EXPECT_EQ(said.out, "blobs/sha256/x: nothing refers to it\n");
  EXPECT_TRUE(fake::world().checks.back().quick);
  fake::world().findings = {{.what = "disk a\x1b", .problem = "is missing", .outcome = {}}};
  said = vdkr({"system", "check"});
  EXPECT_EQ(said.code, 1);
  EXPECT_EQ(said.out, "disk a\\x1b: is missing\n");
  EXPECT_EQ(said.err, "");
}

TEST_F(UpkeepTest, ARepairLooksAgain) {
  fake::world().findings = {{.what = "disk a", .problem = "is missing", .outcome = "made again"}};
  const Said said = vpdmn({"system", "check", "--repair"});
  EXPECT_EQ(said.code, 0);
  EXPECT_EQ(said.out, "disk a: is missing; made again\n");
  const std::vector<engine::CheckRequest>& checks = fake::world().checks;
  ASSERT_EQ(checks.size(), 2U);
  EXPECT_TRUE(checks[0].repair && !checks[0].force);
  EXPECT_TRUE(checks[1].quick && !checks[1].repair);
  fake::world().findings = {{.what = "image a", .problem = "is odd", .outcome = {}}};
  EXPECT_EQ(vdkr({"system", "check", "--repair"}).code, 1) << "nothing was done about it";
  vdkr({"system", "check", "-f"});
  EXPECT_TRUE(checks.back().repair && checks.back().force) << "force repairs";
}

TEST_F(UpkeepTest, TheGroupHasThem) {
  const Said said = vdkr({"system", "--help"});
  for (const char* name : {"check", "df", "doctor", "info", "prune"})
    EXPECT_NE(said.out.find(std::string("\n  ") + name + " "), std::string::npos) << name;
  EXPECT_EQ(vdkr({"df"}).code, 1) << "it is in a group only";
}

}  // namespace
}  // namespace cli
