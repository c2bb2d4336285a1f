#include "image/store_space.h"

#include <gtest/gtest.h>

#include "tests/image/store_fixture.h"

namespace image {
namespace {

constexpr std::uint64_t block = 4096;

// Files of one block each: two blobs and the record of an image's own, blob and disk of its layer.
class SpaceTest : public StoreTest {
 protected:
  std::uint64_t blocks(std::uint64_t bytes) {
    EXPECT_EQ(bytes % block, 0U);
    return bytes / block;
  }
};

TEST_F(SpaceTest, an_absent_store_takes_nothing) {
  const StoreSpace space = measure(store_, {});
  EXPECT_EQ(space.bytes, 0U);
  EXPECT_TRUE(space.images.empty());
}

TEST_F(SpaceTest, a_shared_layer_counts_once) {
  put(make_image('1', 'a'), "one:1");
  put(make_image('3', 'a'), "two:1");
  const StoreSpace space = measure(store_, {});
  EXPECT_EQ(blocks(space.bytes), 8U);
  EXPECT_EQ(space.reclaimable, space.bytes);
  ASSERT_EQ(space.images.size(), 2U);
  EXPECT_EQ(blocks(space.images[0].bytes), 5U);
  EXPECT_EQ(blocks(space.images[0].shared_bytes), 2U);
}

TEST_F(SpaceTest, what_a_container_needs_stays) {
  put(make_image('1', 'a'), "one:1");
  put(make_image('3', 'b'), "two:1");
  put(make_image('5', 'c'), "three:1");
  base::replace_file(store_.layout().blob(digest_of('f')), "a rest");
  std::vector<ImageUse> uses{{.image = digest_of('1'), .container = "c"}};
  EXPECT_EQ(blocks(measure(store_, uses).bytes), 16U);
  EXPECT_EQ(blocks(measure(store_, uses).reclaimable), 11U);
  uses.push_back({.image = digest_of('9'),
                  .container = "d",
                  .disks = {std::string(64, 'c') + ".v1.squashfs"}});
  EXPECT_EQ(blocks(measure(store_, uses).reclaimable), 10U) << "its image is gone, its disk is not";
}

}  // namespace
}  // namespace image
