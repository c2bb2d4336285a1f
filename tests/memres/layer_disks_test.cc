#include "memres/layer_disks.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"

namespace memres {
namespace {

class LayerDisksTest : public ::testing::Test {
 protected:
  std::string layer(const std::string& name, const std::string& text = "layer") const {
    std::string path = directory_.path() + "/" + name;
    base::replace_file(path, text);
    return path;
  }
  // As the one that was taken `age` seconds ago.
  LayerDisk write(unsigned number, const std::string& of, int age = 0) const {
    LayerDisk disk{.number = number, .guid = base::Uuid::random(), .layers = {of}};
    disks_.write(disk);
    const timespec then{.tv_sec = 1'000'000 - age, .tv_nsec = 0};
    const timespec times[] = {then, then};
    const std::string path = directory_.path() + "/layers-" + std::to_string(number);
    EXPECT_EQ(utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
    return disk;
  }
  static std::vector<unsigned> numbers(const std::vector<LayerDisk>& disks) {
    std::vector<unsigned> numbers;
    numbers.reserve(disks.size());
    for (const LayerDisk& disk : disks) numbers.push_back(disk.number);
    return numbers;
  }
  static SlotUse slot_with(unsigned disk) { return {.number = 0, .owner = "ada", .disk = disk}; }

  base::TempDir directory_{::testing::TempDir(), "disks"};
  LayerDisks disks_{directory_.path()};
};

TEST_F(LayerDisksTest, AreFoundByWhatIsOnThem) {
  const auto layers = layer_identities({layer("one"), layer("with a blank")});
  EXPECT_FALSE(disks_.find(layers));
  const LayerDisk written{.number = 3, .guid = base::Uuid::random(), .layers = layers};
  disks_.write(written);
  const auto found = disks_.find(layers);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->number, 3u);
  EXPECT_EQ(found->guid, written.guid);
  EXPECT_FALSE(disks_.find({layers[0]}));
  EXPECT_FALSE(disks_.find({layers[1], layers[0]}));
  disks_.forget(3);
  EXPECT_FALSE(disks_.find(layers));
  disks_.forget(3);
}

TEST_F(LayerDisksTest, HaveNothingWhereTheRecordIsNone) {
  layer("layers-0", "");
  EXPECT_FALSE(disks_.read(0));
  layer("layers-0", "no-guid\n1 2 3 4 /layer\n");
  EXPECT_FALSE(disks_.read(0));
  EXPECT_FALSE(disks_.read(1));
}

TEST_F(LayerDisksTest, AreChosenWhereNobodyHasThem) {
  EXPECT_EQ(disks_.choose({}), 0u);
  EXPECT_EQ(disks_.choose({slot_with(0), slot_with(1), slot_with(0)}), 2u);
  EXPECT_EQ(disks_.choose({slot_with(1)}), 0u);
  write(0, "a");
  EXPECT_EQ(disks_.choose({}), 1u) << "what is on it may be wanted again";
  EXPECT_EQ(disks_.choose({slot_with(0)}), 1u);
}

TEST_F(LayerDisksTest, AFewAreKeptForTheNextContainer) {
  const auto files = layer_identities({layer("one")});
  for (const unsigned number : {0u, 1u, 2u, 3u, 4u, 5u})
    write(number, files[0], number == 2 ? 100 : static_cast<int>(number));
  EXPECT_EQ(numbers(disks_.unwanted({})), (std::vector{5u, 2u})) << "taken before the others";
  EXPECT_EQ(numbers(disks_.unwanted({slot_with(2)})), std::vector{5u});
  EXPECT_TRUE(disks_.unwanted({slot_with(2), slot_with(0)}).empty());
}

TEST_F(LayerDisksTest, WhenOneWasTakenIsTold) {
  const LayerDisk disk = write(0, layer_identities({layer("one")})[0], 5);
  const auto before = disks_.read(0);
  ASSERT_TRUE(before);
  EXPECT_EQ(disks_.read(0)->taken, before->taken);
  ASSERT_TRUE(disks_.find(disk.layers));
  EXPECT_GT(disks_.read(0)->taken, before->taken);
}

TEST_F(LayerDisksTest, NoneIsKeptWhoseFilesHaveGone) {
  write(0, layer_identities({layer("one")})[0]);
  write(1, layer_identities({layer("two")})[0]);
  EXPECT_TRUE(disks_.unwanted({}).empty());
  layer("two");
  EXPECT_EQ(numbers(disks_.unwanted({})), std::vector{1u});
  EXPECT_TRUE(disks_.unwanted({slot_with(1)}).empty());
}

TEST_F(LayerDisksTest, HaveOthersOnceAFileWasMadeAgain) {
  const std::string path = layer("one");
  const auto before = layer_identities({path});
  EXPECT_EQ(layer_identities({path}), before);
  EXPECT_TRUE(are_same_files(before));
  layer("one");
  EXPECT_NE(layer_identities({path}), before);
  EXPECT_FALSE(are_same_files(before));
  base::remove_file(path);
  EXPECT_FALSE(are_same_files(before));
  EXPECT_THROW(layer_identities({path}), base::Error);
  EXPECT_FALSE(are_same_files({"", "x", "1 2 3"}));
}

}  // namespace
}  // namespace memres
