#include "image/manifest.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "image/image_config.h"

namespace image {
namespace {

using base::ErrorKind;

constexpr const char* oci = "application/vnd.oci.image.manifest.v1+json";
constexpr const char* oci_index_type = "application/vnd.oci.image.index.v1+json";
constexpr const char* docker = "application/vnd.docker.distribution.manifest.v2+json";
const std::string hex(64, 'a');

std::string descriptor(const std::string& type, const std::string& size = "7",
                       const std::string& digest = "sha256:" + hex) {
  return R"({"mediaType": ")" + type + R"(", "digest": ")" + digest + R"(", "size": )" + size + "}";
}

const std::string config = descriptor("application/vnd.oci.image.config.v1+json");
const std::string layer = descriptor("application/vnd.oci.image.layer.v1.tar+gzip");

std::string manifest(const std::string& layers, const std::string& the_config = config,
                     const std::string& more = "") {
  return R"({"schemaVersion": 2, "config": )" + the_config + R"(, "layers": [)" + layers + "]" +
         more + "}";
}

std::string repeat(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) (all += i == 0 ? "" : ",") += text;
  return all;
}

TEST(Manifest, an_image_is_read) {
  const ParsedManifest parsed = parse_manifest(manifest(layer + "," + layer), oci);
  EXPECT_EQ(parsed.media_type, oci);
  const auto& image = std::get<Manifest>(parsed.content);
  EXPECT_EQ(image.layers.size(), 2U);
  EXPECT_EQ(image.layers[0].bytes, 7U);
  EXPECT_EQ(image.config.digest.hex, hex);
}

TEST(Manifest, its_type_is_found_whoever_tells_it) {
  const std::string typed =
      manifest(layer, config, R"(, "mediaType": ")" + std::string(docker) + "\"");
  EXPECT_EQ(parse_manifest(typed, "").media_type, docker);
  EXPECT_EQ(parse_manifest(typed, "text/plain").media_type, docker);
  EXPECT_EQ(parse_manifest(manifest(layer), docker).media_type, docker);
  EXPECT_EQ(parse_manifest(manifest(layer), std::string(docker) + "; charset=utf-8").media_type,
            docker);
  EXPECT_EQ(parse_manifest(manifest(layer), "").media_type, oci);
  EXPECT_EQ(parse_manifest(R"({"schemaVersion": 2, "manifests": []})", "").media_type,
            oci_index_type);
}

TEST(Manifest, an_index_gives_what_fits_the_platform) {
  const auto entry = [](char digit, const std::string& platform) {
    return R"({"mediaType": ")" + std::string(oci) + R"(", "size": 1, "digest": "sha256:)" +
           std::string(64, digit) + "\"" +
           (platform.empty() ? "" : R"(, "platform": )" + platform) + "}";
  };
  const std::string arm = R"({"os": "linux", "architecture": "arm64", "variant": "v8"})";
  const std::string unknown = R"({"os": "unknown", "architecture": "unknown"})";
  const auto chosen = [&](const std::string& entries, const char* wanted) {
    const ParsedManifest parsed =
        parse_manifest(R"({"schemaVersion": 2, "manifests": [)" + entries + "]}", oci_index_type);
    return choose_manifest(std::get<Index>(parsed.content), Platform::parse(wanted)).digest.hex[0];
  };
  EXPECT_EQ(chosen(entry('1', unknown) + "," + entry('2', arm), "linux/arm64"), '2');
  EXPECT_EQ(chosen(entry('1', "") + "," + entry('2', arm), "linux/arm64"), '2');
  EXPECT_EQ(chosen(entry('1', "") + "," + entry('2', arm), "linux/amd64"), '1');
  try {
    chosen(entry('1', unknown) + "," + entry('2', arm), "linux/amd64");
    ADD_FAILURE();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::unsupported);
    EXPECT_EQ(error.message(), "no matching manifest for linux/amd64 in the manifest list entries");
  }
}

struct Hostile {
  std::string bytes;
  std::string content_type;
  ErrorKind kind;
};

TEST(Manifest, hostile_documents_are_refused) {
  const auto corrupt = ErrorKind::corrupt;
  const auto unsupported = ErrorKind::unsupported;
  const std::string with_size = "application/vnd.oci.image.layer.v1.tar";
  const std::vector<Hostile> cases{
      {"", oci, corrupt},
      {"[]", oci, corrupt},
      {"null", oci, corrupt},
      {"{}", oci, corrupt},
      {std::string(100000, '['), oci, corrupt},
      {std::string(5 << 20, ' ') + "{}", oci, corrupt},
      {R"({"schemaVersion": "2"})", oci, corrupt},
      {R"({"schemaVersion": 3})", oci, corrupt},
      {R"({"schemaVersion": 2})", oci, corrupt},
      {R"({"schemaVersion": 2, "config": [], "layers": []})", oci, corrupt},
      {R"({"schemaVersion": 2, "config": "x", "layers": []})", oci, corrupt},
      {R"({"schemaVersion": 2, "config": )" + config + R"(, "layers": {}})", oci, corrupt},
      {manifest("7"), oci, corrupt},
      {manifest("null"), oci, corrupt},
      {manifest(descriptor(with_size, "-1")), oci, corrupt},
      {manifest(descriptor(with_size, "1.5")), oci, corrupt},
      {manifest(descriptor(with_size, "\"1\"")), oci, corrupt},
      {manifest(descriptor(with_size, "null")), oci, corrupt},
      {manifest(descriptor(with_size, "9223372036854775807")), oci, corrupt},
      {manifest(descriptor(with_size, "18446744073709551616")), oci, corrupt},
      {manifest(descriptor(with_size, "1", "sha256:../../etc/passwd")), oci, corrupt},
      {manifest(descriptor(with_size, "1", "")), oci, corrupt},
      {manifest(descriptor(std::string(256, 'x'), "1")), oci, corrupt},
      {manifest(descriptor(with_size, "1", "sha512:" + hex + hex)), oci, unsupported},
      {manifest(descriptor("application/x-tar", "1")), oci, unsupported},
      {manifest(descriptor("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", "1")), oci,
       unsupported},
      {manifest(descriptor("application/vnd.oci.image.layer.nondistributable.v1.tar+zstd", "1")),
       oci, unsupported},
      {manifest(descriptor("", "1")), oci, unsupported},
      {manifest(repeat(layer, 200)), oci, unsupported},
      {manifest(layer, descriptor("application/vnd.cncf.helm.config.v1+json")), oci, unsupported},
      {manifest(layer, descriptor("application/vnd.oci.empty.v1+json")), oci, unsupported},
      {R"({"schemaVersion": 1, "name": "x", "fsLayers": []})",
       "application/vnd.docker.distribution.manifest.v1+prettyjws", unsupported},
      {R"({"schemaVersion": 1})", oci, unsupported},
      // One document, two meanings.
      {manifest(layer, config, R"(, "manifests": [])"), oci, corrupt},
      {R"({"schemaVersion": 2, "manifests": []})", oci, corrupt},
      {manifest(layer), oci_index_type, corrupt},
      {manifest(layer, config, R"(, "mediaType": ")" + std::string(docker) + "\""), oci, corrupt},
      {manifest(layer, config, R"(, "mediaType": "application/json")"), "", unsupported},
      {manifest(layer, config, R"(, "mediaType": 7)"), "", corrupt},
      {R"({"schemaVersion": 2, "manifests": {}})", oci_index_type, corrupt},
      {R"({"schemaVersion": 2, "manifests": [{"platform": 1}]})", oci_index_type, corrupt},
      {R"({"schemaVersion": 2, "manifests": [)" + repeat(layer, 5000) + "]}", oci_index_type,
       corrupt},
  };
  for (const Hostile& one : cases) {
    try {
      parse_manifest(one.bytes, one.content_type);
      ADD_FAILURE() << "accepted: " << one.bytes.substr(0, 200);
    } catch (const base::Error& error) {
      EXPECT_EQ(error.kind(), one.kind) << error.message() << "\n" << one.bytes.substr(0, 200);
    }
  }
}

TEST(Manifest, as_many_layers_as_can_be_stacked_are_accepted) {
  const ParsedManifest parsed = parse_manifest(manifest(repeat(layer, 127)), oci);
  EXPECT_EQ(std::get<Manifest>(parsed.content).layers.size(), 127U);
}

TEST(ImageConfig, is_read_as_docker_writes_it) {
  const ParsedConfig parsed = parse_image_config(R"({
    "architecture": "arm", "variant": "v7", "os": "linux", "author": "somebody",
    "created": "2024-05-06T07:08:09.123Z",
    "config": {"Entrypoint": ["/init"], "Cmd": null, "Env": ["A=b=c", "N=\n"],
      "WorkingDir": "/w", "User": "1:2", "ExposedPorts": {"80/tcp": {}, "53/udp": {}},
      "Volumes": {"/data": {}}, "Labels": {"k": "v"}, "StopSignal": "SIGQUIT"},
    "rootfs": {"type": "layers", "diff_ids": ["sha256:)" +
                                                 hex + R"("]},
    "history": [{"created": "nonsense", "created_by": "RUN x", "empty_layer": true}]})");
  const ImageConfig& read = parsed.config;
  EXPECT_EQ(read.platform().text(), "linux/arm/v7");
  EXPECT_EQ(read.entrypoint, std::vector<std::string>{"/init"});
  EXPECT_TRUE(read.cmd.empty());
  EXPECT_EQ(read.env, (std::vector<std::string>{"A=b=c", "N=\n"}));
  EXPECT_EQ(read.exposed_ports, (std::vector<std::string>{"53/udp", "80/tcp"}));
  EXPECT_EQ(read.volumes, std::vector<std::string>{"/data"});
  EXPECT_EQ(read.stop_signal, "SIGQUIT");
  EXPECT_TRUE(read.created);
  ASSERT_EQ(read.history.size(), 1U);
  EXPECT_FALSE(read.history[0].created);
  EXPECT_EQ(parsed.diff_ids.size(), 1U);
}

TEST(ImageConfig, hostile_documents_are_refused) {
  const std::string rootfs = R"("rootfs": {"type": "layers", "diff_ids": []})";
  const std::vector<std::pair<std::string, ErrorKind>> cases{
      {"", ErrorKind::corrupt},
      {"[]", ErrorKind::corrupt},
      {"{}", ErrorKind::corrupt},
      {R"({"rootfs": {"type": "layers", "diff_ids": [7]}})", ErrorKind::corrupt},
      {R"({"rootfs": {"type": "layers", "diff_ids": ["sha256:x"]}})", ErrorKind::corrupt},
      {R"({"rootfs": {"type": "erofs"}})", ErrorKind::unsupported},
      {"{" + rootfs + R"(, "os": "windows"})", ErrorKind::unsupported},
      {"{" + rootfs + R"(, "config": {"Cmd": "sh"}})", ErrorKind::corrupt},
      {"{" + rootfs + R"(, "config": {"Cmd": [["sh"]]}})", ErrorKind::corrupt},
      {"{" + rootfs + R"(, "config": {"Env": ["A=\u0000B"]}})", ErrorKind::corrupt},
      {"{" + rootfs + R"(, "config": {"Volumes": {"/\u0000": {}}}})", ErrorKind::corrupt},
      {"{" + rootfs + R"(, "config": {"Volumes": ["/x"]}})", ErrorKind::corrupt},
      {"{" + rootfs + R"(, "config": {"User": 0}})", ErrorKind::corrupt},
      {"{" + rootfs + ", \"author\": \"\xff\"}", ErrorKind::corrupt},
      {"{" + rootfs + R"(, "history": [1]})", ErrorKind::corrupt},
      {std::string(100000, '{'), ErrorKind::corrupt},
  };
  for (const auto& [bytes, kind] : cases) {
    try {
      parse_image_config(bytes);
      ADD_FAILURE() << "accepted: " << bytes.substr(0, 200);
    } catch (const base::Error& error) {
      EXPECT_EQ(error.kind(), kind) << error.message();
    }
  }
}

}  // namespace
}  // namespace image
