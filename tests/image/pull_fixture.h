// Pulls from a registry in memory into a directory.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "image/pull_task.h"
#include "image/sha256.h"
#include "tests/support/fake_registry.h"
#include "tests/support/tar_builder.h"

namespace image {

inline constexpr const char* oci_manifest = "application/vnd.oci.image.manifest.v1+json";
inline constexpr const char* oci_index = "application/vnd.oci.image.index.v1+json";

class PullTest : public testing::Test {
 protected:
  base::TempDir directory_{testing::TempDir(), "pull"};
  base::UniqueFd staging_ = make("staging");
  base::UniqueFd blobs_ = make("blobs");
  base::UniqueFd disks_ = make("disks");
  testing_support::FakeRegistry registry_;
  WorkerRequest request_{.name = Reference::parse("registry.test/app:latest"),
                         .platform = Platform::parse("linux/amd64")};
  std::vector<std::string> told_;

  base::UniqueFd make(const std::string& name) {
    base::make_directories(directory_.path() + "/" + name);
    return base::open_file(directory_.path() + "/" + name, O_RDONLY | O_DIRECTORY);
  }
  std::vector<std::string> staged() const {
    return base::list_directory(directory_.path() + "/staging");
  }

  static std::string tar(const std::string& content) {
    return testing_support::TarBuilder().directory("d").file("d/f", content).finish();
  }

  std::string descriptor(const std::string& type, const std::string& digest, std::size_t size) {
    return R"({"mediaType": ")" + type + R"(", "digest": ")" + digest + R"(", "size": )" +
           std::to_string(size) + "}";
  }
  std::string layer_descriptor(const std::string& bytes) {
    return descriptor("application/vnd.oci.image.layer.v1.tar", registry_.add_blob(bytes),
                      bytes.size());
  }
  std::string config_of(const std::vector<std::string>& tars) {
    std::string ids;
    for (const std::string& one : tars)
      (ids += ids.empty() ? "" : ", ") += "\"" + sha256_of(one).text() + "\"";
    return R"({"architecture": "amd64", "os": "linux", "config": {"Cmd": ["sh"]}, )"
           R"("rootfs": {"type": "layers", "diff_ids": [)" +
           ids + "]}}";
  }
  std::string manifest_of(const std::string& config, const std::string& layers) {
    return R"({"schemaVersion": 2, "config": )" +
           descriptor("application/vnd.oci.image.config.v1+json", registry_.add_blob(config),
                      config.size()) +
           R"(, "layers": [)" + layers + "]}";
  }
  std::string add_image(const std::vector<std::string>& tars, const std::string& tag = "latest") {
    std::string layers;
    for (const std::string& one : tars)
      (layers += layers.empty() ? "" : ", ") += layer_descriptor(one);
    return registry_.add_manifest(manifest_of(config_of(tars), layers), oci_manifest, tag);
  }

  class Recorder : public base::Progress {
   public:
    explicit Recorder(std::vector<std::string>& told) : told_(told) {}
    void message(std::string_view text) override { told_.emplace_back(text); }
    void update(std::string_view item, std::string_view state, std::uint64_t,
                std::uint64_t) override {
      told_.push_back(std::string(item) + " " + std::string(state));
    }

   private:
    std::vector<std::string>& told_;
  };

  WorkerRecord run() {
    Recorder progress(told_);
    const PullEnvironment environment{
        .make_transport =
            [this](const std::atomic<bool>&) {
              return std::make_unique<testing_support::FakeTransport>(registry_);
            },
        .retry = {.sleep = [](base::Milliseconds) {}},
        .files = {.staging = staging_.get(), .blobs = blobs_.get(), .disks = disks_.get()},
        .disk = {.threads = 1}};
    return run_pull(request_, environment, progress);
  }
  WorkerResult pull() { return std::get<WorkerResult>(run()); }

  base::Error failure() {
    try {
      pull();
    } catch (const base::Error& error) {
      return error;
    }
    return base::Error("was pulled");
  }

  // As the parent would: what was staged is in the store next time.
  void install(const WorkerResult& result) {
    for (const std::string& name : staged()) {
      const std::string target =
          name.starts_with("blob-") ? "/blobs/" + name.substr(5) : "/disks/" + name.substr(5);
      ASSERT_EQ(std::rename((directory_.path() + "/staging/" + name).c_str(),
                            (directory_.path() + target).c_str()),
                0);
    }
    request_.known = result.image.layers;
  }
};

}  // namespace image
