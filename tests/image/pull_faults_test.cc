// A pull against a registry that fails, damages or lies: what is refused, and in which words.
#include <gtest/gtest.h>

#include <thread>

#include "image/registry.h"
#include "tests/image/pull_fixture.h"

namespace image {
namespace {

using base::ErrorKind;
using testing_support::FakeRegistry;
using testing_support::FakeTransport;
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
  registry_.add_manifest(manifest_of(config_of({tar("other")}), layer_descriptor(tar("this"))),
                         oci_manifest, "latest");
  const base::Error error = failure();
  EXPECT_EQ(error.kind(), ErrorKind::corrupt);
  EXPECT_NE(error.message().find("its content's digest"), std::string::npos) << error.message();
  for (const std::string& name : staged()) EXPECT_FALSE(name.starts_with("disk-"));
}

TEST_F(PullTest, layers_and_configuration_must_agree_in_number) {
  registry_.add_manifest(manifest_of(config_of({tar("a"), tar("b")}), layer_descriptor(tar("a"))),
                         oci_manifest, "latest");
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

TEST_F(PullTest, whom_a_redirect_led_to_is_named_when_he_refuses) {
  add_image({tar("one")});
  registry_.set_fault([&](const HttpRequest& request, const BodySink&, HttpResponse& response) {
    response.status = 403;
    response.url = "https://cdn.test/signed?secret=1";
    return request.url.find("/blobs/" + sha256_of(tar("one")).text()) != std::string::npos;
  });
  const std::string message = failure().message();
  EXPECT_TRUE(message.ends_with(": 403 Forbidden from https://cdn.test")) << message;
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
  registry_.add_manifest("{}", oci_manifest, other);
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
      R"({"schemaVersion": 2, "manifests": [)" + descriptor(oci_manifest, digest, 3) + "]}",
      oci_index, "latest");
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
       "GET https://registry.test/v2/app/manifests/latest: 429 Too Many Requests; log in ('docker "
       "login') to be allowed more"},
      {429, R"({"errors": [{"code": "TOOMANYREQUESTS", "message": "You have reached a limit."}]})",
       ErrorKind::unavailable,
       "GET https://registry.test/v2/app/manifests/latest: 429 Too Many Requests (toomanyrequests: "
       "You have reached a limit.); log in ('docker login') to be allowed more"},
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
