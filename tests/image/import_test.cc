// A root file system's tar becomes an image of one layer, whatever it is compressed by.
#include "image/import_task.h"

#include "base/error.h"
#include "image/documents.h"
#include "image/image_config.h"
#include "image/manifest.h"
#include "tests/image/pull_fixture.h"
#include "tests/support/compress.h"

namespace image {
namespace {

using testing_support::bzip2;
using testing_support::gzip;
using testing_support::TarBuilder;
using testing_support::xz;
using testing_support::zstd;

class ImportTest : public PullTest {
 protected:
  ImportTest() {
    spec_.config.os = "linux";
    spec_.config.architecture = "arm64";
    spec_.config.variant = "v8";
    spec_.config.created = base::WallTime(std::chrono::seconds(1));
    spec_.config.history = {{.created = spec_.config.created,
                             .created_by = std::string("ADD file:") + layer_placeholder + " in /",
                             .comment = "a message"}};
  }

  Image import(const std::string& archive) {
    for (const std::string& name : staged())
      base::remove_file(directory_.path() + "/staging/" + name);
    const WorkerFiles files{
        .staging = staging_.get(), .blobs = blobs_.get(), .disks = disks_.get()};
    MemorySource source(base::as_bytes(archive));
    base::NoProgress silent;
    const ImportRequest request{.config = import_config(spec_), .url = {}, .images = {}};
    WorkerLoaded loaded = run_import(request, source, files, silent, {.threads = 1});
    EXPECT_EQ(loaded.images.size(), 1U);
    EXPECT_TRUE(loaded.images.at(0).names.empty());
    return loaded.images.at(0).image;
  }

  std::string refusal(const std::string& archive) {
    try {
      import(archive);
    } catch (const base::Error& error) {
      return error.message();
    }
    return "imported";
  }

  std::string blob(const Descriptor& blob) const {
    std::string bytes =
        base::read_file(directory_.path() + "/staging/blob-" + blob.digest.hex, 1 << 20);
    EXPECT_EQ(sha256_of(bytes), blob.digest);
    EXPECT_EQ(bytes.size(), blob.bytes);
    return bytes;
  }

  ImportSpec spec_;
};

TEST_F(ImportTest, a_layer_is_kept_as_it_came_where_registries_know_its_compression) {
  const std::string root = tar("content");
  struct Case {
    std::string given;
    std::string kept;
    std::string type;
  };
  const std::string type(layer_media_type);
  const Case cases[] = {{root, root, type},
                        {gzip(root), gzip(root), type + "+gzip"},
                        {zstd(root), zstd(root), type + "+zstd"},
                        {xz(root), root, type},
                        {bzip2(root), root, type},
                        {xz(gzip(root)), gzip(root), type + "+gzip"}};
  for (const Case& one : cases) {
    const Image image = import(one.given);
    ASSERT_EQ(image.layers.size(), 1U);
    const Layer& layer = image.layers[0];
    EXPECT_EQ(layer.diff_id, sha256_of(root));
    EXPECT_EQ(layer.chain_id, layer.diff_id);
    EXPECT_EQ(layer.tar_bytes, root.size());
    EXPECT_EQ(layer.blob.media_type, one.type);
    EXPECT_TRUE(blob(layer.blob) == one.kept);
    EXPECT_TRUE(base::exists(directory_.path() + "/staging/disk-" + layer.disk));
    EXPECT_EQ(staged().size(), 4U) << "manifest, configuration, layer and disk";
  }
}

TEST_F(ImportTest, its_documents_are_valid_and_always_the_same) {
  const Image image = import(tar("content"));
  const ParsedManifest manifest = parse_manifest(blob(image.manifest), image.manifest.media_type);
  EXPECT_EQ(std::get<Manifest>(manifest.content).config, image.config_blob);
  EXPECT_EQ(std::get<Manifest>(manifest.content).layers, std::vector{image.layers[0].blob});
  const std::string text = blob(image.config_blob);
  const ParsedConfig config = parse_image_config(text);
  EXPECT_EQ(config.config, image.config);
  EXPECT_EQ(config.diff_ids, std::vector{image.layers[0].diff_id});
  EXPECT_EQ(image.id, image.config_blob.digest);
  EXPECT_EQ(image.config.platform().text(), "linux/arm64/v8");
  EXPECT_EQ(image.config.history.at(0).created_by,
            "ADD file:" + image.layers[0].diff_id.hex + " in /");
  EXPECT_EQ(image.config.history.at(0).comment, "a message");
  EXPECT_EQ(import(tar("content")), image);
  EXPECT_NE(import(tar("other")).id, image.id);
}

TEST_F(ImportTest, what_it_is_to_run_as_stands_in_the_configuration) {
  spec_.config.cmd = {"sh", "-c", "x"};
  spec_.config.env = {"A=1"};
  spec_.config.exposed_ports = {"80/tcp"};
  spec_.config.labels = {{"k", "v"}};
  spec_.on_build = {"RUN x"};
  spec_.healthcheck = Healthcheck{.test = {"CMD", "true"}, .interval = 5'000'000'000, .retries = 3};
  spec_.config.history.clear();
  const Image image = import(tar("content"));
  EXPECT_EQ(
      blob(image.config_blob),
      R"({"created":"1970-01-01T00:00:01.000000000Z","architecture":"arm64","os":"linux","variant":"v8",)"
      R"("config":{"ExposedPorts":{"80/tcp":{}},"Env":["A=1"],"Cmd":["sh","-c","x"],)"
      R"("Labels":{"k":"v"},"OnBuild":["RUN x"],"Healthcheck":{"Test":["CMD","true"],)"
      R"("Interval":5000000000,"Retries":3}},"history":[],"rootfs":{"type":"layers",)"
      R"("diff_ids":[")" +
          image.layers[0].diff_id.text() + R"("]}})");
  EXPECT_EQ(image.config.cmd, spec_.config.cmd);
  EXPECT_EQ(image.config.exposed_ports, spec_.config.exposed_ports);
}

TEST_F(ImportTest, what_is_no_root_file_system_is_one_line) {
  const std::string root = tar("content");
  EXPECT_EQ(refusal(""), "there is nothing to import");
  EXPECT_EQ(refusal(xz(xz(root))),
            "a layer is compressed by xz or bzip2, which registries do not know");
  for (const std::string& bytes :
       {std::string(2000, 'x'), root.substr(0, 600), gzip(root).substr(0, 60), gzip(root) + "x",
        xz(root).substr(0, 60), bzip2(root).substr(0, 60)})
    EXPECT_NE(refusal(bytes), "imported");
}

TEST_F(ImportTest, a_tar_that_climbs_stays_within_its_disk) {
  TarBuilder archive;
  archive.file("../../etc/passwd", "root").symlink("a", "/").file("a/b", "through a link");
  const std::string said = refusal(archive.finish());
  EXPECT_TRUE(said == "imported" || !said.empty());
  for (const std::string& name : staged()) EXPECT_EQ(name.find('/'), std::string::npos);
}

}  // namespace
}  // namespace image
