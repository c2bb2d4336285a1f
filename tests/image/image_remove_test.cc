#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"
#include "tests/image/store_fixture.h"

namespace image {
namespace {

const std::string at_digest = "@sha256:" + std::string(64, '7');

class RemoveTest : public StoreTest {
 protected:
  std::vector<std::string> untagged(const RemovedImage& removed) {
    std::vector<std::string> names;
    for (const Reference& name : removed.untagged) names.push_back(name.familiar());
    return names;
  }

  std::string refusal(const std::string& text, const RemoveOptions& options) {
    try {
      store_.remove(text, options);
    } catch (const base::Error& error) {
      return error.message();
    }
    return "was removed";
  }
};

TEST_F(RemoveTest, the_last_name_takes_image_and_files_with_it) {
  put(make_image('1', 'a'), "app" + at_digest);
  put(make_image('1', 'a'), "app:latest");
  const RemovedImage removed = store_.remove("app", {});
  EXPECT_EQ(untagged(removed), (std::vector<std::string>{"app:latest", "app" + at_digest}));
  EXPECT_EQ(removed.image, digest_of('1'));
  EXPECT_EQ(removed.layers, std::vector<Digest>{digest_of('a')});
  EXPECT_GT(removed.freed_bytes, 0U);
  for (const char* folder : {"blobs/sha256", "disks", "records"})
    EXPECT_TRUE(files(folder).empty()) << folder;
  EXPECT_TRUE(store_.list().empty());
}

TEST_F(RemoveTest, another_name_keeps_the_image) {
  put(make_image('1', 'a'), "app:1");
  put(make_image('1', 'a'), "app:2");
  const RemovedImage removed = store_.remove("app:1", {});
  EXPECT_EQ(untagged(removed), std::vector<std::string>{"app:1"});
  EXPECT_FALSE(removed.image);
  EXPECT_FALSE(store_.find("app:1"));
  EXPECT_TRUE(store_.find("app:2"));
  EXPECT_EQ(files("disks").size(), 1U);
}

TEST_F(RemoveTest, a_shared_layer_stays) {
  put(make_image('1', 'a'), "one:1");
  put(make_image('3', 'a'), "two:1");
  const RemovedImage removed = store_.remove("one:1", {});
  EXPECT_TRUE(removed.layers.empty());
  EXPECT_EQ(files("disks").size(), 1U);
  EXPECT_TRUE(store_.find("two:1"));
}

TEST_F(RemoveTest, by_id_all_names_of_one_repository_go) {
  put(make_image('1', 'a'), "app" + at_digest);
  put(make_image('1', 'a'), "app:1");
  EXPECT_EQ(store_.remove(std::string(12, '1'), {}).untagged.size(), 2U);
  EXPECT_TRUE(store_.list().empty());
}

TEST_F(RemoveTest, by_id_several_names_need_force) {
  put(make_image('1', 'a'), "app:1");
  put(make_image('1', 'a'), "app:2");
  EXPECT_EQ(refusal("1", {}),
            "conflict: unable to delete 111111111111 (must be forced) - image is referenced in "
            "multiple repositories");
  EXPECT_TRUE(store_.remove("1", {.force = true}).image);
  EXPECT_TRUE(store_.list().empty());
}

TEST_F(RemoveTest, an_image_of_a_container_needs_force) {
  put(make_image('1', 'a'), "app:1");
  RemoveOptions options{.uses = {{.image = digest_of('1'), .container = "c0ffee"}}};
  EXPECT_EQ(refusal("app:1", options),
            "conflict: unable to remove repository reference \"app:1\" (must force) - container "
            "c0ffee is using its referenced image 111111111111");
  EXPECT_EQ(refusal("1", options),
            "conflict: unable to delete 111111111111 (must be forced) - image is being used by "
            "stopped container c0ffee");
  EXPECT_TRUE(store_.find("app:1"));

  options.force = true;
  options.uses[0].disks = {std::string(64, 'a') + ".v1.squashfs"};
  EXPECT_TRUE(store_.remove("app:1", options).image);
  EXPECT_EQ(files("disks").size(), 1U) << "the container can still start";
}

TEST_F(RemoveTest, a_running_containers_image_loses_at_most_its_name) {
  put(make_image('1', 'a'), "app:1");
  const RemoveOptions options{
      .force = true, .uses = {{.image = digest_of('1'), .container = "c0ffee", .running = true}}};
  EXPECT_EQ(refusal("1", options),
            "conflict: unable to delete 111111111111 (cannot be forced) - image is being used by "
            "running container c0ffee");
  EXPECT_FALSE(store_.remove("app:1", options).image);
  EXPECT_TRUE(store_.find("1"));
  EXPECT_FALSE(store_.find("app:1"));
}

TEST_F(RemoveTest, what_is_absent_makes_no_store) {
  EXPECT_EQ(refusal("nope", {}), "No such image: nope:latest");
  EXPECT_FALSE(base::exists(store_.layout().root));
}

}  // namespace
}  // namespace image
