// Archives of images become images, whoever wrote them; hostile ones become one line.
#include "image/load_task.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "image/manifest.h"
#include "image/save_task.h"
#include "tests/image/pull_fixture.h"

namespace image {
namespace {

using testing_support::TarBuilder;

class LoadTest : public PullTest {
 protected:
  WorkerFiles files() const {
    return {.staging = staging_.get(), .blobs = blobs_.get(), .disks = disks_.get()};
  }

  void clear(const std::string& directory) const {
    for (const std::string& name : base::list_directory(directory_.path() + directory))
      base::remove_file(directory_.path() + directory + "/" + name);
  }

  WorkerLoaded load(const std::string& archive) {
    clear("/staging");
    MemorySource source(base::as_bytes(archive));
    base::NoProgress silent;
    return run_load(load_request_, source, files(), silent, {.threads = 1});
  }

  std::string refusal(const std::string& archive) {
    try {
      load(archive);
    } catch (const base::Error& error) {
      return error.message();
    }
    return "loaded";
  }

  // As `docker save` wrote them before it knew of OCI layouts.
  static TarBuilder& add_docker_image(TarBuilder& archive, const std::string& config,
                                      const std::vector<std::string>& tars) {
    archive.file("cfg.json", config);
    for (std::size_t i = 0; i < tars.size(); ++i)
      archive.directory(std::to_string(i)).file(std::to_string(i) + "/layer.tar", tars[i]);
    return archive;
  }
  static std::string list(const std::string& layers, const std::string& names = "") {
    return R"([{"Config": "cfg.json", "RepoTags": [)" + names + R"(], "Layers": [)" + layers +
           "]}]";
  }

  std::string saved(ArchiveFormat format) {
    clear("/staging");
    request_.known.clear();
    add_image({tar("one"), tar("two")});
    const WorkerResult result = pull();
    install(result);
    const base::UniqueFd file = base::memory_file("archive");
    base::NoProgress silent;
    run_save({.names = {},
              .platform = {},
              .known = {},
              .format = format,
              .images = {{.image = result.image, .names = {Reference::parse("app:1")}}}},
             files(), file.get(), silent);
    base::rewind(file.get());
    // The store is another one.
    for (const char* directory : {"/blobs", "/disks"}) clear(directory);
    saved_ = result.image;
    return base::read_to_end(file.get(), 1 << 24);
  }

  ArchiveRequest load_request_{.names = {}, .platform = {}, .known = {}, .images = {}};
  Image saved_;
};

TEST_F(LoadTest, what_was_saved_comes_back_as_it_was) {
  for (const ArchiveFormat format : {ArchiveFormat::docker, ArchiveFormat::oci}) {
    const WorkerLoaded loaded = load(saved(format));
    ASSERT_EQ(loaded.images.size(), 1U);
    EXPECT_EQ(loaded.images[0].image, saved_);
    EXPECT_EQ(loaded.images[0].names, std::vector<std::string>{"docker.io/library/app:1"});
  }
}

TEST_F(LoadTest, dockers_list_without_manifests_gets_one) {
  const std::vector<std::string> tars{tar("one"), tar("two")};
  const std::string config = config_of(tars);
  TarBuilder archive;
  add_docker_image(archive, config, tars)
      .file("repositories", "{}")
      .file("manifest.json", list(R"("0/layer.tar", "1/layer.tar")", R"("app:1", "reg.test/a:2")"));
  const WorkerLoaded loaded = load(archive.finish());
  ASSERT_EQ(loaded.images.size(), 1U);
  const LoadedImage& one = loaded.images[0];
  EXPECT_EQ(one.image.id, sha256_of(config));
  EXPECT_EQ(one.names, (std::vector<std::string>{"docker.io/library/app:1", "reg.test/a:2"}));
  EXPECT_EQ(one.image.size_bytes, tars[0].size() + tars[1].size());
  const std::string manifest =
      base::read_file(directory_.path() + "/staging/blob-" + one.image.manifest.digest.hex, 4096);
  EXPECT_EQ(sha256_of(manifest), one.image.manifest.digest);
  const ParsedManifest parsed = parse_manifest(manifest, one.image.manifest.media_type);
  EXPECT_EQ(std::get<Manifest>(parsed.content).layers[1], one.image.layers[1].blob);
}

TEST_F(LoadTest, a_layer_in_a_form_that_registries_do_not_know_is_refused) {
  std::string layer("\xfd\x37zXZ\0", 6);
  layer.resize(1000);
  TarBuilder archive;
  add_docker_image(archive, config_of({tar("one")}), {layer})
      .file("manifest.json", list(R"("0/layer.tar")"));
  EXPECT_EQ(refusal(archive.finish()),
            "a layer is compressed by xz or bzip2, which registries do not know");
}

TEST_F(LoadTest, links_between_layers_are_followed_within_the_archive) {
  const std::vector<std::string> tars{tar("one"), tar("one"), tar("one")};
  TarBuilder archive;
  archive.file("cfg.json", config_of(tars))
      .file("./0/layer.tar", tars[0])
      .symlink("1/layer.tar", "../0/layer.tar")
      .hard_link("2/layer.tar", "0/layer.tar")
      .file("manifest.json", list(R"("0/layer.tar", "1/layer.tar", "2/layer.tar")"));
  EXPECT_EQ(load(archive.finish()).images.at(0).image.layers.size(), 3U);
  TarBuilder outside;
  outside.file("cfg.json", config_of({tar("one")}))
      .symlink("0/layer.tar", "../../../../etc/passwd")
      .file("manifest.json", list(R"("0/layer.tar")"));
  EXPECT_EQ(refusal(outside.finish()), "0/layer.tar is missing");
  TarBuilder circle;
  circle.file("cfg.json", config_of({tar("one")}))
      .symlink("0/layer.tar", "layer.tar")
      .file("manifest.json", list(R"("0/layer.tar")"));
  EXPECT_EQ(refusal(circle.finish()), "0/layer.tar is missing");
}

TEST_F(LoadTest, of_several_platforms_the_one_that_is_asked_for) {
  const auto entry = [&](TarBuilder& archive, const std::string& architecture) {
    std::string config = config_of({tar("one")});
    config.replace(config.find("amd64"), 5, architecture);
    const std::string layer = tar("one");
    const std::string manifest = manifest_of(config, layer_descriptor(layer));
    for (const std::string& blob : {config, layer, manifest})
      archive.file(archive_path(sha256_of(blob)), blob);
    return R"({"platform": {"os": "linux", "architecture": ")" + architecture + "\"}, " +
           descriptor(oci_manifest, sha256_of(manifest).text(), manifest.size()).substr(1);
  };
  TarBuilder archive;
  const std::string both = entry(archive, "arm64") + ", " + entry(archive, "s390x");
  archive.file("index.json", R"({"schemaVersion": 2, "manifests": [)" + both + "]}");
  load_request_.platform = Platform::parse("linux/s390x");
  WorkerLoaded loaded = load(archive.finish());
  ASSERT_EQ(loaded.images.size(), 1U);
  EXPECT_EQ(loaded.images[0].image.config.architecture, "s390x");
  load_request_.platform = Platform::parse("linux/amd64");
  EXPECT_EQ(refusal(archive.finish()),
            "it holds no image for linux/amd64, only for linux/arm64, linux/s390x");
  TarBuilder foreign;
  foreign.file("index.json",
               R"({"schemaVersion": 2, "manifests": [)" + entry(foreign, "arm64") + "]}");
  load_request_.platform.reset();
  loaded = load(foreign.finish());
  EXPECT_EQ(loaded.images.at(0).image.config.architecture, "arm64") << "there is no choice";
}

TEST_F(LoadTest, hostile_archives_are_one_line) {
  const std::string config = config_of({tar("one")});
  const std::string hex(64, 'a');
  const auto with_list = [&](const std::string& text) {
    TarBuilder archive;
    return add_docker_image(archive, config, {tar("one")}).file("manifest.json", text).finish();
  };
  const auto with = [](const std::string& name, const std::string& content) {
    return TarBuilder().file(name, content).finish();
  };
  const std::vector<std::pair<std::string, std::string>> cases{
      {"", "it holds no images: neither index.json nor manifest.json is there"},
      {with("etc/passwd", "root"), "it holds no images"},
      {with("blobs/sha256/" + hex, "other bytes"),
       "blobs/sha256/" + hex + ": its digest is " + sha256_of("other bytes").text()},
      {with("index.json", "{"), "index.json: the index: not JSON"},
      {with("manifest.json", std::string(100'000, '[')), "manifest.json: the list of images"},
      {with_list(list(R"("../../etc/passwd")")), "../../etc/passwd is missing"},
      {with_list(list("")), "the manifest has 0 layers, the configuration 1"},
      {with_list(list(R"("cfg.json")")), "layer "},
      {with_list(R"([{"Layers": []}])"), " is missing"},
      {std::string(2000, 'x'), ""},
      {with_list(list(R"("0/layer.tar")")).substr(0, 1800), ""},
  };
  for (const auto& [archive, why] : cases) {
    const std::string said = refusal(archive);
    EXPECT_NE(said, "loaded");
    EXPECT_NE(said.find(why), std::string::npos) << said;
  }
}

TEST_F(LoadTest, a_file_with_holes_takes_no_room_of_the_disk) {
  TarBuilder archive;
  archive.pax({{"GNU.sparse.major", "1"},
               {"GNU.sparse.minor", "0"},
               {"GNU.sparse.name", "big"},
               {"GNU.sparse.realsize", "1099511627776"}});
  std::string map = "1\n1099511627775\n1\n";
  map.resize(512, '\0');
  archive.file("big", map + "x");
  EXPECT_EQ(refusal(archive.finish()), "big: it is sparse");
}

TEST_F(LoadTest, the_last_of_several_entries_counts) {
  const std::vector<std::string> tars{tar("one")};
  TarBuilder archive;
  archive.file("cfg.json", "not the one").file("manifest.json", "[]");
  add_docker_image(archive, config_of(tars), tars).file("manifest.json", list(R"("0/layer.tar")"));
  EXPECT_EQ(load(archive.finish()).images.size(), 1U);
}

}  // namespace
}  // namespace image
