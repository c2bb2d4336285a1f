#include "monitor/slot_layers.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"

namespace monitor {
namespace {

class SlotLayersTest : public ::testing::Test {
 protected:
  std::string layer(const std::string& name, const std::string& text) const {
    const std::string path = directory_.path() + "/" + name;
    base::replace_file(path, text);
    return path;
  }
  base::TempDir directory_{::testing::TempDir(), "layers"};
  SlotLayersFile file_{directory_.path() + "/layers-0"};
};

TEST_F(SlotLayersTest, AreReadAsTheyWereWritten) {
  EXPECT_FALSE(file_.read());
  const SlotLayers layers{
      .guid = base::Uuid::random(),
      .layers = layer_identities({layer("one", "1"), layer("with a blank", "2")})};
  file_.write(layers);
  EXPECT_EQ(file_.read(), layers);
  file_.forget();
  EXPECT_FALSE(file_.read());
  file_.forget();
}

TEST_F(SlotLayersTest, AreUnknownWhereTheRecordIsNone) {
  layer("layers-0", "");
  EXPECT_FALSE(file_.read());
  layer("layers-0", "no-guid\n1 2 3 4 /layer\n");
  EXPECT_FALSE(file_.read());
}

TEST_F(SlotLayersTest, AreOthersOnceAFileWasMadeAgain) {
  const std::string path = layer("one", "1");
  const auto before = layer_identities({path});
  EXPECT_EQ(layer_identities({path}), before);
  EXPECT_TRUE(are_same_files(before));
  layer("one", "1");
  EXPECT_NE(layer_identities({path}), before);
  EXPECT_FALSE(are_same_files(before));
  base::remove_file(path);
  EXPECT_FALSE(are_same_files(before));
  EXPECT_THROW(layer_identities({path}), base::Error);
}

TEST_F(SlotLayersTest, OfNonsenseAreNoFiles) { EXPECT_FALSE(are_same_files({"", "x", "1 2 3"})); }

}  // namespace
}  // namespace monitor
