// A store with images that the real worker made, damaged in every way that a check should see.
#include "image/store_check.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "image/image_index.h"
#include "image/sha256.h"
#include "image/take_over.h"
#include "image/worker_client.h"
#include "tests/support/tar_builder.h"

namespace image {
namespace {

using testing_support::TarBuilder;
using Lines = std::vector<std::string>;

std::string tar_of(const std::string& content) {
  return TarBuilder().directory("d").file("d/f", content).finish();
}

class StoreCheckTest : public testing::Test {
 protected:
  StoreCheckTest() { EXPECT_EQ(chmod(directory_.path().c_str(), 0755), 0); }

  // As `docker save` of old has it: the layers' names are their contents.
  Image add(const std::string& name, const Lines& layers) {
    TarBuilder archive;
    std::string ids;
    std::string paths;
    for (const std::string& layer : layers) {
      archive.file(layer + "/layer.tar", tar_of(layer));
      (ids += ids.empty() ? "\"" : ", \"") += sha256_of(tar_of(layer)).text() + "\"";
      (paths += paths.empty() ? "\"" : ", \"") += layer + "/layer.tar\"";
    }
    archive.file("c.json", R"({"architecture": "amd64", "os": "linux", "config": {"Cmd": [")" +
                               name + R"("]}, "rootfs": {"type": "layers", "diff_ids": [)" + ids +
                               "]}}");
    archive.file("manifest.json", R"([{"Config": "c.json", "RepoTags": [")" + name +
                                      R"("], "Layers": [)" + paths + "]}]");
    const base::UniqueFd file = base::memory_file("archive");
    base::write_all(file.get(), archive.finish());
    base::rewind(file.get());
    base::NoProgress silent;
    return load(store_, {.fd = file.get(), .url = {}}, {}, {.worker = VXN_WORKER}, silent)
        .at(0)
        .image;
  }

  Checked run(CheckOptions options) {
    options.worker = VXN_WORKER;
    base::NoProgress silent;
    return check(store_, options, silent);
  }
  static Lines lines(const Checked& checked) {
    Lines lines;
    for (const Finding& finding : checked.findings)
      lines.push_back(finding.what + ": " + finding.problem +
                      (finding.outcome.empty() ? "" : "; " + finding.outcome));
    for (const BrokenImage& broken : checked.broken)
      lines.push_back("broken " + broken.image.id.short_hex() + ": " + broken.problem);
    return lines;
  }
  Lines look(bool quick = false) { return lines(run({.quick = quick})); }
  Lines repair(bool quick = false) { return lines(run({.quick = quick, .repair = true})); }

  std::string blob(const Layer& layer) const { return store_.layout().blob(layer.blob.digest); }
  static void flip_byte(const std::string& path, off_t at) {
    const base::UniqueFd file = base::open_file(path, O_RDWR);
    std::byte byte{};
    ASSERT_EQ(pread(file.get(), &byte, 1, at), 1);
    byte ^= std::byte{1};
    ASSERT_EQ(pwrite(file.get(), &byte, 1, at), 1);
  }
  static std::string content(const std::string& path) { return base::read_file(path, 1 << 20); }

  base::TempDir directory_{"/tmp", "store-check-test"};
  ImageStore store_{directory_.path() + "/images"};
};

TEST_F(StoreCheckTest, an_absent_store_and_a_sound_one_have_no_findings) {
  EXPECT_EQ(look(), Lines{});
  EXPECT_FALSE(base::exists(store_.layout().root)) << "looking makes nothing";
  add("app:1", {"one", "two"});
  add("app:2", {"one", "three"});
  EXPECT_EQ(look(), Lines{});
  EXPECT_EQ(look(true), Lines{});
  EXPECT_EQ(repair(), Lines{});
}

TEST_F(StoreCheckTest, a_damaged_blob_is_told_with_whose_it_is_and_goes) {
  const Image image = add("app:1", {"one", "two"});
  add("app:2", {"one"});
  flip_byte(blob(image.layers[0]), 600);
  EXPECT_EQ(look(true), Lines{}) << "nothing is read";
  const std::string what = "blob " + image.layers[0].blob.digest.text() + ": has the digest ";
  const Lines seen = look();
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_TRUE(seen[0].starts_with(what) && seen[0].find("(of app:") != std::string::npos)
      << seen[0];
  const Lines mended = repair();
  ASSERT_EQ(mended.size(), 1U);
  EXPECT_NE(mended[0].find("; removed; pull again: app:"), std::string::npos) << mended[0];
  EXPECT_FALSE(base::exists(blob(image.layers[0])));
  const Lines rest = look(true);
  ASSERT_EQ(rest.size(), 1U);
  EXPECT_NE(rest[0].find("is missing"), std::string::npos);
  EXPECT_TRUE(store_.find("app:1")) << "it runs all the same";
  add("app:1", {"one", "two"});
  EXPECT_EQ(look(), Lines{}) << "what was loaded again is whole";
}

TEST_F(StoreCheckTest, a_disk_is_made_again_of_its_blob) {
  const Image image = add("app:1", {"one", "two"});
  const std::string path = store_.disk_path(image.layers[1]);
  const std::string before = content(path);
  const std::string disk = "disk " + image.layers[1].disk;
  for (const bool quick : {false, true}) {
    base::remove_file(path);
    EXPECT_EQ(look(quick), Lines{disk + ": is missing"});
    EXPECT_EQ(repair(quick), Lines{disk + ": is missing; made again"});
    EXPECT_EQ(content(path), before);
    base::replace_file(path, before.substr(0, 100));
    EXPECT_EQ(look(quick),
              Lines{disk + ": has 100 bytes instead of " + std::to_string(before.size())});
    EXPECT_EQ(repair(quick).size(), 1U);
    EXPECT_EQ(content(path), before);
    flip_byte(path, 0);
    EXPECT_EQ(look(quick), Lines{disk + ": is no squashfs image"});
    EXPECT_EQ(repair(quick).size(), 1U);
    EXPECT_EQ(content(path), before);
  }
  flip_byte(path, 100);
  EXPECT_EQ(look(true), Lines{}) << "nothing is read";
  EXPECT_EQ(look(), Lines{disk + ": is not what its layer gives"});
  EXPECT_EQ(repair(), Lines{disk + ": is not what its layer gives; made again"});
  EXPECT_EQ(content(path), before);
  struct stat status {};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_uid, geteuid());
  EXPECT_TRUE(base::list_directory(store_.layout().staging()).empty());
}

TEST_F(StoreCheckTest, a_shared_disk_is_told_once) {
  const Image image = add("app:1", {"one", "two"});
  add("app:2", {"one", "three"});
  base::remove_file(store_.disk_path(image.layers[0]));
  EXPECT_EQ(look().size(), 1U);
  EXPECT_EQ(repair().size(), 1U);
  EXPECT_EQ(look(), Lines{});
}

TEST_F(StoreCheckTest, without_disk_and_blob_an_image_is_broken) {
  const Image image = add("app:1", {"one"});
  base::remove_file(store_.disk_path(image.layers[0]));
  base::remove_file(blob(image.layers[0]));
  const Checked checked = run({.repair = true});
  ASSERT_EQ(checked.broken.size(), 1U);
  EXPECT_EQ(checked.broken[0].image.id, image.id);
  EXPECT_EQ(checked.broken[0].problem, "lacks a disk and the blobs to make it of");
  discard(store_, image.id);
  EXPECT_FALSE(store_.find("app:1"));
  EXPECT_EQ(run({.repair = true}).broken.size(), 0U);
  EXPECT_EQ(look(), Lines{});
}

TEST_F(StoreCheckTest, a_record_is_made_again_of_manifest_and_configuration) {
  const Image image = add("app:1", {"one"});
  const std::string path = store_.layout().record(image.id);
  const std::string before = content(path);
  for (const bool quick : {false, true}) {
    base::replace_file(path, "{");
    const Lines seen = look(quick);
    ASSERT_EQ(seen.size(), 1U);
    EXPECT_TRUE(seen[0].starts_with("image app:1: its record is damaged: ")) << seen[0];
    EXPECT_EQ(repair(quick).size(), 1U);
    EXPECT_EQ(content(path), before);
    base::remove_file(path);
    EXPECT_EQ(repair(quick), Lines{"image app:1: its record is missing; its record is made again"});
    EXPECT_EQ(content(path), before);
  }
  std::string changed = before;
  changed.replace(changed.find("\"app:1\""), 7, "\"sh -c\"");
  base::replace_file(path, changed);
  EXPECT_EQ(look(),
            Lines{"image app:1: its record is not what its manifest and configuration say"});
  EXPECT_EQ(repair().size(), 1U);
  EXPECT_EQ(content(path), before);
}

TEST_F(StoreCheckTest, all_that_a_name_of_several_platforms_stands_for_is_looked_at) {
  ImageSet set{.index = {.media_type = "application/vnd.oci.image.index.v1+json",
                         .digest = sha256_of("index"),
                         .bytes = 5},
               .images = {add("one:1", {"one"}), add("two:1", {"two"})},
               .companions = {},
               .blobs = {}};
  base::replace_file(store_.layout().blob(set.index.digest), "index");
  {
    const base::FileLock lock = store_.lock_for_change();
    store_.put(lock, set, {Reference::parse("both:1")});
  }
  store_.remove("one:1", {});
  store_.remove("two:1", {});
  EXPECT_EQ(look(), Lines{});
  const Layer& layer = set.images[1].layers[0];
  base::remove_file(store_.disk_path(layer));
  EXPECT_EQ(look(true), Lines{"disk " + layer.disk + ": is missing"});
  EXPECT_EQ(repair(), Lines{"disk " + layer.disk + ": is missing; made again"});
  EXPECT_EQ(look(), Lines{});
  EXPECT_EQ(store_.list().size(), 1U);
  base::remove_file(store_.disk_path(layer));
  base::remove_file(blob(layer));
  EXPECT_EQ(repair(), (Lines{"blob " + layer.blob.digest.text() +
                                 ": is missing (of both:1); pull again: both:1",
                             "disk " + layer.disk + ": is missing; cannot be made again",
                             "image both:1: lacks a disk and the blobs to make it of; pull again: "
                             "both:1"}));
  base::remove_file(store_.layout().blob(set.index.digest));
  EXPECT_EQ(look(true).at(0).substr(0, 11), "blob sha256");
  base::remove_file(store_.layout().set_record(set.index.digest));
  EXPECT_EQ(repair(true), Lines{"index of both:1: its record is missing; pull again: both:1"});
}

TEST_F(StoreCheckTest, an_index_is_made_again_of_the_records) {
  const Image image = add("app:1", {"one"});
  base::replace_file(store_.layout().index(), "{\"manifests\":");
  EXPECT_THROW(store_.list(), base::Error);
  EXPECT_EQ(look().size(), 1U);
  EXPECT_EQ(repair().size(), 1U);
  ASSERT_EQ(store_.list().size(), 1U);
  EXPECT_EQ(store_.list()[0].id, image.id);
  EXPECT_EQ(look(), Lines{});
}

TEST_F(StoreCheckTest, an_index_that_is_behind_a_record_is_told_and_is_no_damage) {
  const Image image = add("app:1", {"one"});
  const std::string path = store_.layout().index();
  const std::string before = content(path);
  std::string changed = before;
  changed.replace(changed.find(image.manifest.digest.hex), 64, std::string(64, '7'));
  base::replace_file(path, changed);
  const std::string line = "index.json: has the manifest of before for app:1";
  const Checked seen = run({});
  EXPECT_EQ(lines(seen), Lines{line});
  EXPECT_FALSE(seen.findings.at(0).damage);
  EXPECT_EQ(repair(), Lines{line + "; brought up to date"});
  EXPECT_EQ(content(path), before);
  EXPECT_EQ(look(), Lines{});
}

TEST_F(StoreCheckTest, a_rest_is_told_and_is_no_damage) {
  add("app:1", {"one"});
  base::replace_file(store_.layout().blob(sha256_of("rest")), "rest");
  const Checked seen = run({});
  ASSERT_EQ(seen.findings.size(), 1U);
  EXPECT_EQ(seen.findings[0].what, "blobs/sha256/" + sha256_of("rest").hex);
  EXPECT_FALSE(seen.findings[0].damage);
  EXPECT_EQ(run({.repair = true}).findings.at(0).outcome, "removed");
  EXPECT_EQ(look(), Lines{});
}

TEST_F(StoreCheckTest, what_a_container_kept_is_looked_at) {
  const Image image = add("app:1", {"one"});
  const std::vector<ImageUse> uses{
      {.image = image.id, .container = "c0ffee", .disks = {image.layers[0].disk, "gone.squashfs"}}};
  EXPECT_EQ(lines(run({.uses = uses})),
            Lines{"disk gone.squashfs: is missing (of container c0ffee)"});
}

TEST_F(StoreCheckTest, layers_that_a_registry_has_are_not_missed) {
  Image image = add("app:1", {"one"});
  image.blobs_dropped = true;
  store_.put(store_.lock_for_change(), image, {});
  EXPECT_EQ(store_.collect_garbage({}).files, 1U);
  EXPECT_FALSE(base::exists(blob(image.layers[0])));
  EXPECT_EQ(look(), Lines{});
  base::remove_file(store_.disk_path(image.layers[0]));
  EXPECT_EQ(run({.repair = true}).broken.size(), 1U);
}

}  // namespace
}  // namespace image
