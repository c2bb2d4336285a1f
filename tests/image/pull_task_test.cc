// A whole pull against a registry in memory: what arrives, and what is refused.
#include "image/pull_task.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <set>

#include "base/error.h"
#include "base/file.h"
#include "image/registry.h"
#include "tests/support/fake_registry.h"
#include "tests/support/tar_builder.h"

namespace image {
namespace {

using base::ErrorKind;
using testing_support::FakeRegistry;
using testing_support::FakeTransport;
using testing_support::TarBuilder;

constexpr const char* oci = "application/vnd.oci.image.manifest.v1+json";
constexpr const char* oci_index = "application/vnd.oci.image.index.v1+json";

class PullTest : public testing::Test {
 protected:
  base::TempDir directory_{testing::TempDir(), "pull"};
  base::UniqueFd staging_ = make("staging");
  base::UniqueFd blobs_ = make("blobs");
  base::UniqueFd disks_ = make("disks");
  FakeRegistry registry_;
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
    return TarBuilder().directory("d").file("d/f", content).finish();
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
    return registry_.add_manifest(manifest_of(config_of(tars), layers), oci, tag);
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

  WorkerResult pull() {
    Recorder progress(told_);
    const PullEnvironment environment{
        .make_transport =
            [this](const std::atomic<bool>&) { return std::make_unique<FakeTransport>(registry_); },
        .retry = {.sleep = [](base::Milliseconds) {}},
        .files = {.staging = staging_.get(), .blobs = blobs_.get(), .disks = disks_.get()},
        .disk = {.threads = 1}};
    return run_pull(request_, environment, progress);
  }

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
  EXPECT_EQ(staged().size(), 6U);
}

TEST_F(PullTest, by_digest_and_through_an_index) {
  const std::string digest = add_image({tar("one")}, "");
  const std::size_t size =
      manifest_of(config_of({tar("one")}), layer_descriptor(tar("one"))).size();
  const std::string index =
      R"({"schemaVersion": 2, "manifests": [{"platform": {"os": "linux", "architecture": "amd64"}, )" +
      descriptor(oci, digest, size).substr(1) + "]}";
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

TEST_F(PullTest, a_shared_layer_is_fetched_once) {
  add_image({tar("one"), tar("one"), tar("two")});
  const WorkerResult result = pull();
  EXPECT_EQ(result.image.layers[0].disk, result.image.layers[1].disk);
  EXPECT_EQ(result.image.size_bytes, 2 * tar("one").size() + tar("two").size());
  EXPECT_EQ(registry_.count("/blobs/" + sha256_of(tar("one")).text()), 1U);
}

TEST_F(PullTest, many_layers_come_several_at_a_time_and_in_order) {
  std::vector<std::string> tars;
  for (int i = 0; i < 40; ++i) tars.push_back(tar(std::string(5000, static_cast<char>('0' + i))));
  add_image(tars);
  const WorkerResult result = pull();
  for (std::size_t i = 0; i < tars.size(); ++i)
    EXPECT_EQ(result.image.layers[i].diff_id, sha256_of(tars[i]));
}

TEST_F(PullTest, a_broken_transfer_goes_on_where_it_stopped) {
  const std::string bytes = tar(std::string(50000, 'x'));
  add_image({bytes});
  const std::string url = sha256_of(bytes).text();
  int broken = 0;
  registry_.set_fault(
      [&](const HttpRequest& request, const BodySink& sink, HttpResponse& response) {
        if (!request.url.ends_with(url) || ++broken > 1) return false;
        FakeRegistry::send(std::string_view(bytes).substr(0, 20000), sink, response, 200);
        throw base::Error(ErrorKind::unavailable, "reset");
      });
  EXPECT_EQ(pull().image.layers.size(), 1U);
  EXPECT_EQ(registry_.count(url), 2U);
}

TEST_F(PullTest, a_server_without_ranges_starts_again) {
  const std::string bytes = tar(std::string(50000, 'x'));
  add_image({bytes});
  int count = 0;
  registry_.set_fault(
      [&](const HttpRequest& request, const BodySink& sink, HttpResponse& response) {
        if (request.url.find("/blobs/" + sha256_of(bytes).text()) == std::string::npos)
          return false;
        FakeRegistry::send(std::string_view(bytes).substr(0, ++count == 1 ? 20000 : bytes.size()),
                           sink, response, 200);
        if (count == 1) throw base::Error(ErrorKind::unavailable, "reset");
        return true;
      });
  EXPECT_EQ(pull().image.layers.size(), 1U);
}

TEST_F(PullTest, a_transfer_that_never_moves_is_given_up) {
  const std::string bytes = tar("x");
  add_image({bytes});
  registry_.set_fault([&](const HttpRequest& request, const BodySink&, HttpResponse&) -> bool {
    if (request.url.find("/blobs/" + sha256_of(bytes).text()) == std::string::npos) return false;
    throw base::Error(ErrorKind::unavailable, "refused");
  });
  EXPECT_EQ(failure().kind(), ErrorKind::unavailable);
}

TEST_F(PullTest, damaged_layers_are_refused) {
  const std::string bytes = tar("original");
  const std::string digest = sha256_of(bytes).text();
  const auto damage = [&](const std::string& as) {
    add_image({bytes});
    registry_.blob(digest) = as;
    for (const std::string& name : staged())
      base::remove_file(directory_.path() + "/staging/" + name);
    return failure();
  };
  const std::string start = "layer " + sha256_of(bytes).short_hex() + ": ";
  std::string flipped = bytes;
  flipped[600] ^= 1;
  for (const std::string& bad : {flipped, std::string(bytes.size(), 'x'), bytes + "x",
                                 bytes.substr(0, bytes.size() - 1), std::string()}) {
    const base::Error error = damage(bad);
    EXPECT_EQ(error.kind(), ErrorKind::corrupt) << error.message();
    EXPECT_TRUE(error.message().starts_with(start)) << error.message();
  }
  EXPECT_EQ(damage(bytes.substr(0, 100)).message(),
            start + "100 instead of " + std::to_string(bytes.size()) + " bytes");
  EXPECT_EQ(damage(flipped).message(),
            start + "its digest is " + sha256_of(flipped).text() + " instead of " + digest);
}

TEST_F(PullTest, a_layer_that_is_not_what_the_configuration_says_is_refused) {
  registry_.add_manifest(manifest_of(config_of({tar("other")}), layer_descriptor(tar("this"))), oci,
                         "latest");
  const base::Error error = failure();
  EXPECT_EQ(error.kind(), ErrorKind::corrupt);
  EXPECT_NE(error.message().find("its content's digest"), std::string::npos) << error.message();
  for (const std::string& name : staged()) EXPECT_FALSE(name.starts_with("disk-"));
}

TEST_F(PullTest, layers_and_configuration_must_agree_in_number) {
  registry_.add_manifest(manifest_of(config_of({tar("a"), tar("b")}), layer_descriptor(tar("a"))),
                         oci, "latest");
  EXPECT_EQ(failure().message(), "the manifest has 1 layers, the configuration 2");
}

TEST_F(PullTest, a_missing_layer_or_configuration_is_told) {
  add_image({tar("one")});
  registry_.set_fault([&](const HttpRequest& request, const BodySink&, HttpResponse& response) {
    response.body = R"({"errors": [{"code": "BLOB_UNKNOWN", "message": "gone"}]})";
    return request.url.find("/blobs/" + sha256_of(tar("one")).text()) != std::string::npos;
  });
  const base::Error error = failure();
  EXPECT_EQ(error.kind(), ErrorKind::not_found);
  EXPECT_TRUE(error.message().ends_with(": 404 Not Found (blob unknown: gone)")) << error.message();
}

TEST_F(PullTest, the_layer_that_failed_is_told_and_not_one_that_was_cancelled) {
  const std::vector<std::string> tars{tar("one"), tar("two"), tar("three")};
  add_image(tars);
  const std::string endless = sha256_of(tars[0]).text();
  const std::string missing = sha256_of(tars[2]).text();
  registry_.set_fault(
      [&](const HttpRequest& request, const BodySink& sink, HttpResponse& response) {
        if (request.url.ends_with(missing)) return true;
        if (!request.url.ends_with(endless)) return false;
        response.status = 200;
        for (int i = 0; i < 5000; ++i) {  // until the sink throws
          sink.start(response);
          sink.data(base::as_bytes(std::string_view(tars[0]).substr(0, 10)));
          std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
        return true;
      });
  const base::Error error = failure();
  EXPECT_EQ(error.kind(), ErrorKind::not_found);
  EXPECT_TRUE(error.message().starts_with("layer " + missing.substr(7, 12)));
}

TEST_F(PullTest, the_manifest_by_digest_is_what_was_asked_for) {
  const std::string digest = add_image({tar("one")}, "");
  const std::string other = "sha256:" + std::string(64, 'e');
  registry_.add_manifest("{}", oci, other);
  request_.name = Reference::parse("registry.test/app@" + other);
  EXPECT_EQ(failure().kind(), ErrorKind::corrupt);
}

TEST_F(PullTest, an_index_that_leads_in_circles_ends) {
  const std::string index = R"({"schemaVersion": 2, "manifests": [)";
  std::string inner = registry_.add_manifest(index + "]}", oci_index);
  std::size_t size = index.size() + 2;
  for (int i = 0; i < 6; ++i) {
    const std::string outer = index + descriptor(oci_index, inner, size) + "]}";
    inner = registry_.add_manifest(outer, oci_index, "latest");
    size = outer.size();
  }
  EXPECT_EQ(failure().kind(), ErrorKind::unsupported);
}

TEST_F(PullTest, an_indexed_manifest_of_another_size_is_refused) {
  const std::string digest = add_image({tar("one")}, "");
  registry_.add_manifest(
      R"({"schemaVersion": 2, "manifests": [)" + descriptor(oci, digest, 3) + "]}", oci_index,
      "latest");
  EXPECT_EQ(failure().kind(), ErrorKind::corrupt);
}

struct Refusal {
  int status;
  std::string body;
  ErrorKind kind;
  std::string message;
};

TEST_F(PullTest, refusals_are_told_in_dockers_words) {
  const std::string denied =
      "pull access denied for registry.test/app, repository does not exist or may require 'docker "
      "login': ";
  const std::vector<Refusal> cases{
      {404, R"({"errors": [{"code": "MANIFEST_UNKNOWN", "message": "manifest unknown"}]})",
       ErrorKind::not_found,
       "manifest for registry.test/app:latest not found: manifest unknown: manifest unknown"},
      {404, "<html>", ErrorKind::not_found,
       "manifest for registry.test/app:latest not found: manifest unknown: manifest unknown"},
      {404, R"({"errors": [{"code": "NAME_UNKNOWN", "message": "no such"}]})", ErrorKind::not_found,
       "repository registry.test/app not found: name unknown: no such"},
      {403, "", ErrorKind::denied, denied + "denied: requested access to the resource is denied"},
      {401, R"({"errors": []})", ErrorKind::denied,
       denied + "unauthorized: authentication required"},
      {500, R"({"errors": [{"code": "UNKNOWN", "message": "\u001b[2J"}]})", ErrorKind::unavailable,
       "GET https://registry.test/v2/app/manifests/latest: 500 Internal Server Error (unknown: "
       "\\x1b[2J)"},
      {429, "", ErrorKind::unavailable,
       "GET https://registry.test/v2/app/manifests/latest: 429 Too Many Requests"},
      {403, R"({"errors": [{"code": "DENIED"}]})", ErrorKind::denied,
       denied + "denied: requested access to the resource is denied"},
      {418, "", ErrorKind::failure, "GET https://registry.test/v2/app/manifests/latest: 418"},
  };
  for (const Refusal& one : cases) {
    registry_.set_fault([&](const HttpRequest&, const BodySink&, HttpResponse& response) {
      response.status = one.status;
      response.body = one.body;
      return true;
    });
    const base::Error error = failure();
    EXPECT_EQ(error.message(), one.message);
    EXPECT_EQ(error.kind(), one.kind) << one.status;
  }
}

TEST_F(PullTest, plain_http_is_for_loopback_and_listed_registries) {
  const auto scheme = [&](const std::string& name) {
    FakeRegistry registry;
    registry.set_fault([](const HttpRequest& request, const BodySink&, HttpResponse&) -> bool {
      if (request.url.starts_with("https:")) throw base::Error(ErrorKind::unavailable, "no TLS");
      return false;
    });
    FakeTransport transport(registry);
    return find_endpoint(Reference::parse(name), TrustPolicy({"listed.test:5000", "host.test"}),
                         transport)
        .substr(0, 5);
  };
  for (const char* name : {"localhost/a", "localhost:5000/a", "127.0.0.1:5000/a", "127.9.8.7/a",
                           "[::1]:5000/a", "listed.test:5000/a", "host.test:1/a", "host.test/a"})
    EXPECT_EQ(scheme(name), "http:") << name;
  for (const char* name : {"alpine", "example.test/a", "listed.test/a", "listed.test:5001/a",
                           "127.0.0.1.example.test/a", "128.0.0.1/a", "localhost.test/a"})
    EXPECT_EQ(scheme(name), "https") << name;
}

}  // namespace
}  // namespace image
