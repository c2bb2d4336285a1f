// A pull of all that an index names.
#include <gtest/gtest.h>

#include "tests/image/pull_fixture.h"

namespace image {
namespace {

class SetTest : public PullTest {
 protected:
  SetTest() { request_.all_platforms = true; }

  // One entry of an index: a manifest that is there, for a platform.
  std::string entry(const std::string& manifest, const std::string& platform) {
    const std::string digest = registry_.add_manifest(manifest, oci_manifest);
    return R"({"platform": )" + platform + ", " +
           descriptor(oci_manifest, digest, manifest.size()).substr(1);
  }
  std::string image_for(const std::string& architecture, const std::string& content) {
    std::string config = config_of({tar(content)});
    config.replace(config.find("amd64"), 5, architecture);
    return entry(manifest_of(config, layer_descriptor(tar(content))),
                 R"({"os": "linux", "architecture": ")" + architecture + "\"}");
  }
  std::string attestation() {
    const std::string statement = R"({"predicate": {}})";
    return entry(manifest_of("{}", descriptor("application/vnd.in-toto+json",
                                              registry_.add_blob(statement), statement.size())),
                 R"({"os": "unknown", "architecture": "unknown"})");
  }
  std::string add_index(const std::vector<std::string>& entries) {
    std::string list;
    for (const std::string& one : entries) (list += list.empty() ? "" : ", ") += one;
    return registry_.add_manifest(R"({"schemaVersion": 2, "manifests": [)" + list + "]}", oci_index,
                                  "latest");
  }
};

TEST_F(SetTest, every_image_gets_its_disks_and_the_rest_stays_as_it_is) {
  const std::string digest =
      add_index({image_for("amd64", "one"), image_for("arm64", "two"), attestation()});
  const ImageSet set = std::get<WorkerSet>(run()).set;
  EXPECT_EQ(set.index.digest.text(), digest);
  ASSERT_EQ(set.images.size(), 2U);
  EXPECT_EQ(set.images[1].config.architecture, "arm64");
  EXPECT_EQ(set.images[1].layers[0].diff_id, sha256_of(tar("two")));
  EXPECT_EQ(set.companions.size(), 1U);
  EXPECT_EQ(set.blobs.size(), 2U);
  // Each: an index, two images of manifest, configuration, layer and disk, three of the
  // attestation.
  EXPECT_EQ(staged().size(), 1U + 2 * 4 + 3);
}

TEST_F(SetTest, what_two_platforms_share_comes_once) {
  add_index({image_for("amd64", "one"), image_for("arm64", "one")});
  const ImageSet set = std::get<WorkerSet>(run()).set;
  EXPECT_EQ(set.images[0].layers[0].disk, set.images[1].layers[0].disk);
  EXPECT_EQ(registry_.count("/blobs/" + sha256_of(tar("one")).text()), 1U);
}

TEST_F(SetTest, an_image_for_one_platform_is_no_set) {
  add_image({tar("one")});
  EXPECT_EQ(std::get<WorkerResult>(run()).image.layers.size(), 1U);
}

TEST_F(SetTest, an_index_without_images_for_linux_is_told) {
  add_index({attestation()});
  EXPECT_EQ(failure().message(), "the index names no image for Linux");
}

}  // namespace
}  // namespace image
