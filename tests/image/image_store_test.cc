#include "image/image_store.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "image/garbage.h"
#include "tests/image/store_fixture.h"

namespace image {
namespace {

const std::string at_digest = "@sha256:" + std::string(64, '7');

TEST_F(StoreTest, an_absent_store_is_empty_and_stays_absent) {
  EXPECT_TRUE(store_.list().empty());
  EXPECT_FALSE(store_.find("busybox"));
  EXPECT_EQ(store_.collect_garbage({}).files, 0U);
  EXPECT_FALSE(base::exists(store_.layout().root));
}

TEST_F(StoreTest, an_image_comes_back_as_it_was_put) {
  Image image = make_image('1', 'a');
  put(image, "busybox:1");
  image.tags = {Reference::parse("busybox:1")};
  EXPECT_EQ(store_.find("busybox:1"), image);
}

TEST_F(StoreTest, is_found_by_every_kind_of_name) {
  put(make_image('1', 'a'), "busybox" + at_digest);
  put(make_image('1', 'a'), "busybox:latest");
  const std::string id(64, '1');
  for (const std::string& text : {std::string("busybox"), std::string("busybox:latest"),
                                  std::string("docker.io/library/busybox"), "busybox" + at_digest,
                                  "busybox:whatever" + at_digest, id, "sha256:" + id,
                                  id.substr(0, 12), std::string("1"), "sha256:" + id.substr(0, 7)})
    EXPECT_TRUE(store_.find(text)) << text;
  for (const std::string& text : {std::string("busybox:2"), std::string("other/busybox"),
                                  std::string("2"), std::string(64, '2'), "other" + at_digest})
    EXPECT_FALSE(store_.find(text)) << text;
}

TEST_F(StoreTest, a_name_wins_over_the_beginning_of_an_id) {
  put(make_image('1', 'a'), "busybox");
  put(make_image('2', 'b'), "111");
  EXPECT_EQ(store_.require("111").id, digest_of('2'));
}

TEST_F(StoreTest, an_ambiguous_beginning_is_refused) {
  Image first = make_image('1', 'a');
  Image second = make_image('1', 'a');
  second.id.hex.back() = '2';
  put(first, "a:latest");
  put(second, "b:latest");
  EXPECT_THROW(store_.find("11"), base::Error);
}

TEST_F(StoreTest, what_is_absent_is_told_in_dockers_words) {
  try {
    store_.require("nope");
    ADD_FAILURE();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.message(), "No such image: nope:latest");
    EXPECT_EQ(error.kind(), base::ErrorKind::not_found);
  }
}

TEST_F(StoreTest, the_newest_is_listed_first) {
  put(make_image('1', 'a', "2023-01-01T00:00:00Z"), "old:1");
  put(make_image('2', 'b', "2025-01-01T00:00:00Z"), "new:1");
  const std::vector<Image> images = store_.list();
  ASSERT_EQ(images.size(), 2U);
  EXPECT_EQ(images[0].id, digest_of('2'));
}

TEST_F(StoreTest, a_tag_moves_and_leaves_a_nameless_image) {
  put(make_image('1', 'a'), "app:latest");
  put(make_image('2', 'b'), "app:latest");
  EXPECT_EQ(store_.require("app").id, digest_of('2'));
  EXPECT_TRUE(store_.require("1").tags.empty());
  EXPECT_EQ(store_.list().size(), 2U);
}

TEST_F(StoreTest, tag_adds_a_name_once) {
  put(make_image('1', 'a'), "app:1");
  store_.tag(store_.require("app:1"), Reference::parse("app:2"));
  store_.tag(store_.require("app:1"), Reference::parse("app:2"));
  EXPECT_EQ(store_.require("app:2").tags.size(), 2U);
}

TEST_F(StoreTest, tagging_names_a_nameless_image) {
  put(make_image('1', 'a'), "");
  EXPECT_TRUE(store_.require("1").tags.empty());
  store_.tag(store_.require("1"), Reference::parse("app:1"));
  ASSERT_EQ(store_.list().size(), 1U);
  EXPECT_EQ(store_.list()[0].tags.size(), 1U);
}

TEST_F(StoreTest, a_short_name_is_looked_for_among_what_was_made_here_first) {
  const ShortNames names{.defaults = {.local = "localhost"}};
  put(make_image('1', 'a'), "app:1");
  EXPECT_EQ(store_.find("app:1", names)->id, digest_of('1'));
  put(make_image('3', 'a'), "localhost/app:1");
  EXPECT_EQ(store_.find("app:1", names)->id, digest_of('3'));
  EXPECT_EQ(store_.find("app:1")->id, digest_of('1'));
  EXPECT_EQ(store_.remove("app:1", {.names = names}).untagged[0].canonical(), "localhost/app:1");
}

TEST_F(StoreTest, with_its_last_tag_a_repositorys_digests_go) {
  put(make_image('1', 'a'), "app:1");
  put(make_image('1', 'a'), "app:2");
  put(make_image('1', 'a'), "app@sha256:" + std::string(64, '7'));
  store_.remove_names(*store_.find("app:1"), {Reference::parse("app:1")});
  EXPECT_EQ(store_.find("app:2")->digests.size(), 1U);
  store_.remove_names(*store_.find("app:2"), {});
  ASSERT_EQ(store_.list().size(), 1U);
  EXPECT_TRUE(store_.list()[0].digests.empty());
}

TEST_F(StoreTest, a_record_without_the_size_of_files_has_that_of_the_tar) {
  put(make_image('1', 'a'), "app:1");
  const std::string path = store_.layout().record(digest_of('1'));
  std::string record = base::read_file(path, 1u << 20);
  const std::size_t at = record.find("\"content_bytes\"");
  ASSERT_NE(at, std::string::npos);
  record.erase(at, record.find(',', at) + 1 - at);
  base::replace_file(path, record);
  EXPECT_EQ(store_.find("app:1")->content_bytes(), 1024U);
}

TEST_F(StoreTest, is_an_oci_layout) {
  put(make_image('1', 'a'), "app:1");
  const std::string index = base::read_file(store_.layout().index(), 1 << 20);
  EXPECT_NE(index.find("\"org.opencontainers.image.ref.name\": \"docker.io/library/app:1\""),
            std::string::npos);
  EXPECT_NE(index.find("\"io.containerd.image.name\": \"docker.io/library/app:1\""),
            std::string::npos);
  EXPECT_EQ(base::read_file(store_.layout().root + "/oci-layout", 100),
            "{\"imageLayoutVersion\": \"1.0.0\"}\n");
}

TEST_F(StoreTest, a_record_of_a_newer_schema_is_refused) {
  put(make_image('1', 'a'), "app:1");
  const std::string path = store_.layout().record(digest_of('1'));
  std::string text = base::read_file(path, 1 << 20);
  text.replace(text.find("\"schema\": 1"), 11, "\"schema\": 2");
  base::replace_file(path, text);
  try {
    store_.find("app:1");
    ADD_FAILURE();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::unsupported);
  }
  EXPECT_THROW(store_.collect_garbage({}), base::Error);
  EXPECT_TRUE(base::exists(path));
}

TEST_F(StoreTest, known_layers_are_those_whose_disk_is_there) {
  put(make_image('1', 'a'), "app:1");
  put(make_image('2', 'b'), "app:2");
  base::remove_file(store_.layout().disks() + "/" + std::string(64, 'b') + ".v1.squashfs");
  ASSERT_EQ(store_.known_layers().size(), 1U);
  EXPECT_EQ(store_.known_layers()[0].diff_id, digest_of('a'));
}

TEST_F(StoreTest, garbage_goes_and_nothing_else) {
  put(make_image('1', 'a'), "app:1");
  const StoreLayout& layout = store_.layout();
  base::replace_file(layout.blobs() + "/" + std::string(64, 'f'), "x");
  base::replace_file(layout.disks() + "/" + std::string(64, 'f') + ".v1.squashfs", "x");
  base::replace_file(layout.disks() + "/" + std::string(64, 'e') + ".v1.squashfs", "x");
  base::replace_file(layout.record(digest_of('f')), "{}");
  base::replace_file(layout.root + "/.index.json.tmp-abc", "x");
  base::make_directories(layout.staging() + "/pull-dead");
  base::replace_file(layout.staging() + "/pull-dead/blob-1", "x");
  base::replace_file(layout.staging() + "/pull-dead.lock", "");
  base::make_directories(layout.staging() + "/pull-live");
  const auto live = base::FileLock::try_acquire(layout.staging() + "/pull-live.lock");
  const std::vector<ImageUse> uses{{.image = digest_of('e'),
                                    .container = "c",
                                    .disks = {std::string(64, 'e') + ".v1.squashfs"}}};

  EXPECT_EQ(store_.collect_garbage(uses).files, 5U);
  EXPECT_EQ(files("blobs/sha256").size(), 3U);
  EXPECT_EQ(files("disks").size(), 2U);
  EXPECT_EQ(files("records").size(), 1U);
  EXPECT_EQ(files("staging"), (std::vector<std::string>{"pull-live", "pull-live.lock"}));
  EXPECT_EQ(store_.collect_garbage(uses).files, 0U);
  EXPECT_TRUE(store_.find("app:1"));
}

TEST_F(StoreTest, an_index_that_a_killed_pull_left_behind_is_brought_up_to_date) {
  put(make_image('1', 'a'), "app:1");
  put(make_image('5', 'c'), "other:1");
  Image again = make_image('1', 'b');
  again.manifest.digest = digest_of('7');
  const std::string before = base::read_file(store_.layout().index(), 1 << 20);
  put(again, "");
  const std::string after = base::read_file(store_.layout().index(), 1 << 20);
  base::replace_file(store_.layout().index(), before);
  EXPECT_EQ(outdated_entries(store_.layout()).size(), 1U);
  EXPECT_EQ(store_.collect_garbage({}).files, 3U) << "manifest, layer and disk of before";
  EXPECT_TRUE(outdated_entries(store_.layout()).empty());
  EXPECT_EQ(base::read_file(store_.layout().index(), 1 << 20), after);
}

TEST_F(StoreTest, what_killed_pulls_left_goes_and_nothing_else) {
  const StoreLayout& layout = store_.layout();
  store_.collect_abandoned();
  EXPECT_FALSE(base::exists(layout.root)) << "looking makes nothing";
  base::make_directories(layout.staging() + "/pull-dead");
  base::replace_file(layout.staging() + "/pull-dead.lock", "");
  base::make_directories(layout.staging() + "/pull-live");
  const auto live = base::FileLock::try_acquire(layout.staging() + "/pull-live.lock");
  store_.collect_abandoned();
  EXPECT_EQ(files("staging"), (std::vector<std::string>{"pull-live", "pull-live.lock"}));
}

}  // namespace
}  // namespace image
