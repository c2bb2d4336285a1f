// A whole pull against a registry in memory: what arrives.
#include "image/pull_task.h"

#include <gtest/gtest.h>

#include <cstdio>

#include "tests/image/pull_fixture.h"

namespace image {
namespace {

TEST_F(PullTest, an_image_arrives_whole) {
  const std::vector<std::string> tars{tar("one"), tar("two")};
  const std::string digest = add_image(tars);
  const WorkerResult result = pull();
  EXPECT_EQ(result.named.text(), digest);
  EXPECT_EQ(result.image.manifest.digest.text(), digest);
  EXPECT_EQ(result.image.id, sha256_of(config_of(tars)));
  EXPECT_EQ(result.image.config.cmd, std::vector<std::string>{"sh"});
  EXPECT_EQ(result.image.size_bytes, tars[0].size() + tars[1].size());
  ASSERT_EQ(result.image.layers.size(), 2U);
  const Layer& top = result.image.layers[1];
  EXPECT_EQ(top.diff_id, sha256_of(tars[1]));
  EXPECT_EQ(top.chain_id, sha256_of(sha256_of(tars[0]).text() + " " + top.diff_id.text()));
  EXPECT_EQ(top.disk, layer_disk_name(top.diff_id.hex));
  EXPECT_LT(top.content_bytes, top.tar_bytes);
  EXPECT_EQ(staged().size(), 6U);
}

TEST_F(PullTest, by_digest_and_through_an_index) {
  const std::string digest = add_image({tar("one")}, "");
  const std::size_t size =
      manifest_of(config_of({tar("one")}), layer_descriptor(tar("one"))).size();
  const std::string index =
      R"({"schemaVersion": 2, "manifests": [{"platform": {"os": "linux", "architecture": "amd64"}, )" +
      descriptor(oci_manifest, digest, size).substr(1) + "]}";
  const std::string named = registry_.add_manifest(index, oci_index, "latest");
  EXPECT_EQ(pull().named.text(), named);

  request_.name = Reference::parse("registry.test/app@" + digest);
  for (const std::string& name : staged())
    base::remove_file(directory_.path() + "/staging/" + name);
  EXPECT_EQ(pull().named.text(), digest);
}

TEST_F(PullTest, what_the_store_has_is_neither_fetched_nor_converted) {
  add_image({tar("one"), tar("two")});
  install(pull());
  const std::size_t before = registry_.count("/blobs/");
  const WorkerResult again = pull();
  EXPECT_EQ(registry_.count("/blobs/"), before);
  EXPECT_TRUE(staged().empty());
  EXPECT_EQ(again.image.layers, request_.known);
  EXPECT_EQ(told_.back(), again.image.layers[1].blob.digest.short_hex() + " Image exists");
  EXPECT_EQ(again.image.size_bytes, tar("one").size() + tar("two").size());
}

TEST_F(PullTest, a_lost_disk_is_made_again_from_the_stores_blob) {
  add_image({tar("one")});
  const WorkerResult first = pull();
  install(first);
  request_.known.clear();
  const std::size_t before = registry_.count("/blobs/");
  EXPECT_EQ(pull().image, first.image);
  EXPECT_EQ(registry_.count("/blobs/"), before);
  EXPECT_EQ(staged(), std::vector<std::string>{"disk-" + first.image.layers[0].disk});
}

TEST_F(PullTest, layers_that_are_not_kept_are_fetched_only_for_a_disk) {
  add_image({tar("one"), tar("two")});
  const WorkerResult first = pull();
  install(first);
  for (const Layer& layer : first.image.layers)
    base::remove_file(directory_.path() + "/blobs/" + layer.blob.digest.hex);
  request_.keep_blobs = false;
  std::size_t before = registry_.count("/blobs/");
  EXPECT_EQ(pull().image, first.image);
  EXPECT_EQ(registry_.count("/blobs/"), before);
  EXPECT_TRUE(staged().empty());
  request_.known.pop_back();
  EXPECT_EQ(pull().image, first.image);
  EXPECT_EQ(registry_.count("/blobs/"), ++before) << "its disk has to be made";
  request_.keep_blobs = true;
  request_.known = first.image.layers;
  for (const std::string& name : staged())
    base::remove_file(directory_.path() + "/staging/" + name);
  EXPECT_EQ(pull().image, first.image);
  EXPECT_EQ(staged().size(), 2U) << "they come back";
}

TEST_F(PullTest, a_shared_layer_is_fetched_once) {
  add_image({tar("one"), tar("one"), tar("two")});
  const WorkerResult result = pull();
  EXPECT_EQ(result.image.layers[0].disk, result.image.layers[1].disk);
  EXPECT_EQ(result.image.size_bytes, 2 * tar("one").size() + tar("two").size());
  EXPECT_EQ(registry_.count("/blobs/" + sha256_of(tar("one")).text()), 1U);
}

TEST_F(PullTest, many_layers_come_several_at_a_time_and_in_order) {
  std::vector<std::string> tars;
  tars.reserve(40);
  for (int i = 0; i < 40; ++i) tars.push_back(tar(std::string(5000, static_cast<char>('0' + i))));
  add_image(tars);
  const WorkerResult result = pull();
  for (std::size_t i = 0; i < tars.size(); ++i)
    EXPECT_EQ(result.image.layers[i].diff_id, sha256_of(tars[i]));
}

}  // namespace
}  // namespace image
