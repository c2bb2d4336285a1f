// The worker's share of a check of the store.
#include "image/verify_task.h"

#include <gtest/gtest.h>

#include "tests/image/pull_fixture.h"

namespace image {
namespace {

class VerifyTest : public PullTest {
 protected:
  WorkerFiles files() const {
    return {.staging = staging_.get(), .blobs = blobs_.get(), .disks = disks_.get()};
  }
  Image installed() {
    add_image({tar("one"), tar("two")});
    const WorkerResult result = pull();
    install(result);
    return result.image;
  }
  std::string blob_path(const Digest& digest) const {
    return directory_.path() + "/blobs/" + digest.hex;
  }
  WorkerVerified verify(const std::vector<Descriptor>& blobs) {
    base::NoProgress silent;
    return run_verify({.blobs = blobs, .known = {}}, files(), silent);
  }
  WorkerResult remake(const Descriptor& manifest, const std::vector<Layer>& known = {}) {
    base::NoProgress silent;
    return run_remake({.blobs = {manifest}, .known = known}, files(), silent, {.threads = 1});
  }
  std::string refusal(const Descriptor& manifest) {
    try {
      remake(manifest);
    } catch (const base::Error& error) {
      EXPECT_EQ(error.kind(), base::ErrorKind::corrupt);
      return error.message();
    }
    return "made";
  }
};

TEST_F(VerifyTest, only_what_is_damaged_is_told) {
  const Image image = installed();
  const std::vector<Descriptor> blobs{image.manifest, image.config_blob, image.layers[0].blob,
                                      image.layers[1].blob};
  EXPECT_TRUE(verify(blobs).damaged.empty());
  base::replace_file(blob_path(blobs[2].digest), "other");
  base::remove_file(blob_path(blobs[1].digest));
  const WorkerVerified verified = verify(blobs);
  ASSERT_EQ(verified.damaged.size(), 2U);
  EXPECT_TRUE(verified.damaged[0].problem.starts_with("cannot be read: "));
  EXPECT_EQ(verified.damaged[1].blob, blobs[2].digest);
  EXPECT_EQ(verified.damaged[1].problem, "has the digest " + sha256_of("other").text());
}

TEST_F(VerifyTest, an_image_made_again_is_what_was_pulled) {
  const Image image = installed();
  const WorkerResult made = remake(image.manifest);
  EXPECT_EQ(made.image, image);
  EXPECT_EQ(made.named, image.manifest.digest);
  ASSERT_EQ(staged().size(), 2U);
  for (const Layer& layer : image.layers)
    EXPECT_EQ(base::read_file(directory_.path() + "/staging/disk-" + layer.disk, 1 << 20),
              base::read_file(directory_.path() + "/disks/" + layer.disk, 1 << 20));
}

TEST_F(VerifyTest, known_layers_are_not_made) {
  const Image image = installed();
  EXPECT_EQ(remake(image.manifest, {image.layers[0]}).image, image);
  EXPECT_EQ(staged(), std::vector<std::string>{"disk-" + image.layers[1].disk});
}

TEST_F(VerifyTest, a_missing_layer_is_damage) {
  const Image image = installed();
  base::remove_file(blob_path(image.layers[1].blob.digest));
  EXPECT_NE(refusal(image.manifest).find("No such file"), std::string::npos);
}

TEST_F(VerifyTest, what_does_not_fit_together_is_refused) {
  const Image image = installed();
  base::replace_file(blob_path(image.layers[1].blob.digest), tar("three"));
  EXPECT_NE(refusal(image.manifest).find("its content's digest is "), std::string::npos);
  base::replace_file(blob_path(image.config_blob.digest), "{}");
  EXPECT_NE(refusal(image.manifest).find("the store's copy is damaged"), std::string::npos);
  base::replace_file(blob_path(image.manifest.digest), "{}");
  EXPECT_NE(refusal(image.manifest).find("the store's copy is damaged"), std::string::npos);
  const std::string index = R"({"schemaVersion": 2, "manifests": []})";
  base::replace_file(blob_path(sha256_of(index)), index);
  EXPECT_NE(refusal({.media_type = oci_index, .digest = sha256_of(index), .bytes = index.size()}),
            "made");
}

}  // namespace
}  // namespace image
