// A name that stands for several platforms.
#include "image/image_set.h"

#include "base/error.h"
#include "image/named_sets.h"
#include "image/store_space.h"
#include "tests/image/store_fixture.h"

namespace image {
namespace {

class ImageSetTest : public StoreTest {
 protected:
  // The second image is for this host.
  ImageSet make_set() {
    ImageSet set{.index = {.media_type = "application/vnd.oci.image.index.v1+json",
                           .digest = digest_of('e'),
                           .bytes = 5},
                 .images = {make_image('1', 'a'), make_image('3', 'b')},
                 .companions = {{.media_type = "m", .digest = digest_of('7'), .bytes = 5}},
                 .blobs = {{.media_type = "b", .digest = digest_of('8'), .bytes = 5}}};
    set.images[0].config.architecture = "other";
    set.images[1].config.architecture = Platform::host().architecture;
    set.images[1].config.variant = Platform::host().variant;
    return set;
  }

  void put_set(const ImageSet& set, const std::string& name) {
    const base::FileLock lock = store_.lock_for_change();
    for (const Image& image : set.images) {
      for (const Layer& layer : image.layers) {
        base::replace_file(store_.layout().blob(layer.blob.digest), "layer");
        base::replace_file(store_.disk_path(layer), "disk");
      }
      base::replace_file(store_.layout().blob(image.config_blob.digest), "config");
      base::replace_file(store_.layout().blob(image.manifest.digest), "manifest");
    }
    for (const char digest : {'e', '7', '8'})
      base::replace_file(store_.layout().blob(digest_of(digest)), "other");
    store_.put(lock, set, {Reference::parse(name).with_default_tag()});
  }
};

TEST_F(ImageSetTest, its_name_is_the_image_for_this_host) {
  put_set(make_set(), "app");
  EXPECT_EQ(store_.require("app").id, digest_of('3'));
  EXPECT_EQ(store_.require("app").tags.size(), 1U);
  EXPECT_EQ(store_.list().size(), 1U) << "the others are no images of their own";
  const auto set = store_.find_set(Reference::parse("app:latest"));
  ASSERT_TRUE(set);
  EXPECT_EQ(set->images.size(), 2U);
  EXPECT_EQ(set->blobs, make_set().blobs);
  EXPECT_EQ(store_.known_layers().size(), 2U);
}

TEST_F(ImageSetTest, all_of_it_stays_while_a_name_has_it) {
  put_set(make_set(), "app");
  store_.tag(store_.require("app"), Reference::parse("copy:1"));
  EXPECT_TRUE(store_.find_set(Reference::parse("copy:1")));
  store_.remove("app", {});
  EXPECT_EQ(store_.collect_garbage({}).files, 0U);
  EXPECT_EQ(files("blobs/sha256").size(), 9U);
  const RemovedImage removed = store_.remove("copy:1", {});
  EXPECT_EQ(removed.image, digest_of('3'));
  EXPECT_TRUE(files("blobs/sha256").empty());
  EXPECT_TRUE(files("records").empty());
  EXPECT_TRUE(files("disks").empty());
}

TEST_F(ImageSetTest, an_image_that_is_also_here_by_itself_outlives_it) {
  put(make_image('1', 'a'), "alone");
  put_set(make_set(), "app");
  store_.remove("app", {});
  EXPECT_EQ(store_.require("alone").id, digest_of('1'));
  EXPECT_EQ(files("records").size(), 1U);
  put_set(make_set(), "app");
  store_.remove("alone", {});
  EXPECT_EQ(store_.find_set(Reference::parse("app:latest"))->images.size(), 2U);
}

TEST_F(ImageSetTest, its_space_is_that_of_the_image_which_its_name_shows) {
  put_set(make_set(), "app");
  const StoreSpace space = measure(store_, {});
  ASSERT_EQ(space.images.size(), 1U);
  EXPECT_EQ(space.images[0].bytes, space.bytes) << "all of it goes with the name";
  const std::vector<ImageUse> uses{{.image = digest_of('3'), .container = "c"}};
  EXPECT_EQ(measure(store_, uses).reclaimable, 0U);
}

TEST_F(ImageSetTest, what_its_records_lack_is_told) {
  const auto problem = [&] { return named_sets(store_.layout()).at(0).problem.value_or(""); };
  put_set(make_set(), "app");
  EXPECT_EQ(problem(), "");
  base::remove_file(store_.layout().record(digest_of('3')));
  EXPECT_EQ(problem(), "") << "who looks at the image itself tells that";
  base::remove_file(store_.layout().record(digest_of('1')));
  EXPECT_EQ(problem(), "the record of its image " + digest_of('1').short_hex() + " is missing");
  base::replace_file(store_.layout().set_record(digest_of('e')), "{");
  EXPECT_EQ(problem().rfind("its record is damaged: ", 0), 0U) << problem();
  EXPECT_FALSE(named_sets(store_.layout()).at(0).set);
}

TEST_F(ImageSetTest, a_name_that_moves_on_leaves_it) {
  put_set(make_set(), "app");
  put(make_image('3', 'b'), "app");
  EXPECT_FALSE(store_.find_set(Reference::parse("app:latest")));
  store_.collect_garbage({});
  EXPECT_EQ(files("records").size(), 1U);
}

}  // namespace
}  // namespace image
