// What a save writes, and the documents of an archive.
#include "image/archive.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "image/save_task.h"
#include "image/tar_entries.h"
#include "tests/image/pull_fixture.h"

namespace image {
namespace {

class SaveTest : public PullTest {
 protected:
  // An image of two layers, of which the second has the first's blob.
  Image stored() {
    add_image({tar("one"), tar("two"), tar("one")});
    const WorkerResult result = pull();
    install(result);
    return result.image;
  }

  std::string save(const ArchiveRequest& request) {
    const base::UniqueFd file = base::memory_file("archive");
    const WorkerFiles files{
        .staging = staging_.get(), .blobs = blobs_.get(), .disks = disks_.get()};
    base::NoProgress silent;
    const WorkerSaved saved = run_save(request, files, file.get(), silent);
    base::rewind(file.get());
    std::string bytes = base::read_to_end(file.get(), 1 << 24);
    EXPECT_EQ(saved.bytes, bytes.size());
    return bytes;
  }

  static std::vector<std::string> names_in(const std::string& archive) {
    MemorySource source(base::as_bytes(archive));
    TarEntries entries(source);
    std::vector<std::string> names;
    while (const auto entry = entries.next()) {
      EXPECT_EQ(entry->mode, 0644);
      EXPECT_EQ(entry->mtime, 0);
      names.push_back(entry->path);
    }
    return names;
  }

  std::string spoil(const Descriptor& blob, const std::string& bytes) {
    base::replace_file(directory_.path() + "/blobs/" + blob.digest.hex, bytes);
    return bytes;
  }
};

TEST_F(SaveTest, an_archive_has_each_blob_once_and_is_the_same_each_time) {
  const Image image = stored();
  const ArchiveRequest request{
      .names = {},
      .platform = {},
      .known = {},
      .images = {
          {.image = image, .names = {Reference::parse("app:1"), Reference::parse("app:2")}}}};
  const std::string archive = save(request);
  EXPECT_EQ(names_in(archive),
            (std::vector<std::string>{
                "oci-layout", "index.json", "manifest.json", archive_path(image.manifest.digest),
                archive_path(image.config_blob.digest), archive_path(image.layers[0].blob.digest),
                archive_path(image.layers[1].blob.digest)}));
  EXPECT_TRUE(save(request) == archive);
}

TEST_F(SaveTest, one_of_the_oci_alone_has_no_list_of_dockers) {
  const ArchiveRequest request{.names = {},
                               .platform = {},
                               .known = {},
                               .format = ArchiveFormat::oci,
                               .images = {{.image = stored(), .names = {}}}};
  const auto names = names_in(save(request));
  EXPECT_EQ(std::ranges::count(names, "manifest.json"), 0);
  EXPECT_EQ(std::ranges::count(names, "index.json"), 1);
}

TEST_F(SaveTest, a_blob_that_is_damaged_is_not_passed_on) {
  const Image image = stored();
  const ArchiveRequest request{
      .names = {}, .platform = {}, .known = {}, .images = {{.image = image, .names = {}}}};
  const Descriptor& blob = image.layers[0].blob;
  for (const std::string& bytes :
       {std::string(blob.bytes, 'x'), std::string("short"), std::string(blob.bytes + 1, 'x')}) {
    spoil(blob, bytes);
    try {
      save(request);
      ADD_FAILURE() << "saved";
    } catch (const base::Error& error) {
      EXPECT_EQ(error.kind(), base::ErrorKind::corrupt);
      EXPECT_EQ(error.message(),
                "blob " + blob.digest.short_hex() + ": the store's copy is damaged");
    }
  }
}

TEST(ArchiveTest, names_survive_in_both_documents) {
  Image image{.id = sha256_of("i"),
              .manifest = {.media_type = "application/vnd.oci.image.manifest.v1+json",
                           .digest = sha256_of("m"),
                           .bytes = 7},
              .config_blob = {.media_type = {}, .digest = sha256_of("c"), .bytes = 3}};
  image.config.os = "linux";
  image.config.architecture = "arm";
  image.config.variant = "v7";
  image.layers = {{.blob = {.media_type = {}, .digest = sha256_of("l"), .bytes = 5},
                   .diff_id = sha256_of("d"),
                   .chain_id = sha256_of("d")}};
  const std::vector<Reference> names{Reference::parse("app:1"),
                                     Reference::parse("reg.test:5000/a/b:2")};
  const std::vector<SavedImage> saved{{.image = image, .names = names},
                                      {.image = image, .names = {}}};
  for (const ArchiveFormat format : {ArchiveFormat::docker, ArchiveFormat::oci}) {
    const auto entries = parse_archive_index(archive_index(saved, format));
    ASSERT_EQ(entries.size(), 3U);
    EXPECT_EQ(entries[0].names, std::vector{names[0]});
    EXPECT_EQ(entries[1].names, std::vector{names[1]});
    EXPECT_TRUE(entries[2].names.empty());
    EXPECT_EQ(entries[2].manifest, image.manifest);
    EXPECT_EQ(entries[2].platform, Platform::parse("linux/arm/v7"));
  }
  const auto images = parse_archive_manifest(archive_manifest(saved, {}), {});
  ASSERT_EQ(images.size(), 2U);
  EXPECT_EQ(images[0].names, names);
  EXPECT_EQ(images[0].config, archive_path(sha256_of("c")));
  EXPECT_EQ(images[1].layers, std::vector{archive_path(sha256_of("l"))});
  EXPECT_NE(archive_manifest(saved, {}).find("\"app:1\""), std::string::npos) << "as it is typed";
}

TEST(ArchiveTest, a_tag_alone_is_no_name) {
  const std::string entry =
      R"({"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": ")" +
      sha256_of("m").text() + R"(", "size": 7, "annotations": {)";
  const auto named = [&](const std::string& annotations) {
    return parse_archive_index(R"({"schemaVersion": 2, "manifests": [)" + entry + annotations +
                               "}}]}")
        .at(0)
        .names;
  };
  EXPECT_TRUE(named(R"("org.opencontainers.image.ref.name": "3.20")").empty());
  EXPECT_EQ(named(R"("org.opencontainers.image.ref.name": "quay.test/a:1")"),
            std::vector{Reference::parse("quay.test/a:1")});
  EXPECT_EQ(named(R"("io.containerd.image.name": "docker.io/library/a:1",
                     "org.opencontainers.image.ref.name": "1")"),
            std::vector{Reference::parse("a:1")});
  EXPECT_TRUE(named(R"("io.containerd.image.name": "no NAME at all")").empty());
}

TEST(ArchiveTest, what_breaks_the_format_is_refused) {
  const std::vector<std::string> bad_lists{
      "",
      "{}",
      "[7]",
      R"([{"Config": 7}])",
      R"([{"Config": "c", "Layers": "l"}])",
      "[" + base::join(std::vector<std::string>(1025, "{}"), ",") + "]"};
  for (const std::string& text : bad_lists)
    EXPECT_THROW(parse_archive_manifest(text, {}), base::Error) << text.substr(0, 40);
  const std::vector<std::string> bad_indexes{
      "",
      "[]",
      "{}",
      R"({"schemaVersion": 2, "manifests": {}})",
      R"({"schemaVersion": 2, "manifests": [{"digest": "x"}]})",
      R"({"schemaVersion": 2, "manifests": [], "layers": []})"};
  for (const std::string& text : bad_indexes)
    EXPECT_THROW(parse_archive_index(text), base::Error) << text;
}

}  // namespace
}  // namespace image
