// A pull that may ask several places.
#include <gtest/gtest.h>

#include "tests/image/pull_fixture.h"

namespace image {
namespace {

class PlacesTest : public PullTest {
 protected:
  PlacesTest() {
    request_.places = {{.name = Reference::parse("first.test/copy/app:latest")},
                       {.name = Reference::parse("registry.test/app:latest")}};
  }

  // What asks `host` for something with `part` in its URL fails.
  void fail(const std::string& host, const std::string& part, base::ErrorKind kind) {
    // Whoever reads along has seen that much by then.
    const std::string begin = tar("one").substr(0, 4);
    registry_.set_fault(
        [=](const HttpRequest& request, const BodySink& sink, HttpResponse& answer) {
          if (request.url.find(host) == std::string::npos ||
              request.url.find(part) == std::string::npos)
            return false;
          if (kind == base::ErrorKind::not_found) {
            answer.status = 404;
            return true;
          }
          sink.start({.status = 200});
          sink.data(base::as_bytes(begin));
          throw base::Error(kind, "cut by the test");
        });
  }
};

TEST_F(PlacesTest, the_first_that_has_the_image_gives_all_of_it) {
  add_image({tar("one")});
  EXPECT_EQ(pull().image.layers.size(), 1U);
  EXPECT_GT(registry_.count("https://first.test/v2/copy/app/blobs/"), 0U);
  EXPECT_EQ(registry_.count("registry.test"), 0U);
}

TEST_F(PlacesTest, the_next_is_asked_where_one_does_not_have_it) {
  const std::string digest = add_image({tar("one")});
  fail("first.test", "/manifests/", base::ErrorKind::not_found);
  EXPECT_EQ(pull().named.text(), digest);
  EXPECT_EQ(registry_.count("https://first.test/v2/copy/app/blobs/"), 0U);
}

TEST_F(PlacesTest, a_layer_that_breaks_off_for_good_comes_from_the_next) {
  add_image({tar("one"), tar("two")});
  const Digest layer = sha256_of(tar("one"));
  fail("first.test", layer.text(), base::ErrorKind::unavailable);
  const WorkerResult result = pull();
  EXPECT_EQ(result.image.layers[0].diff_id, layer);
  EXPECT_GT(registry_.count("https://registry.test/v2/app/blobs/" + layer.text()), 0U);
  EXPECT_EQ(registry_.count("https://registry.test/v2/app/blobs/" + sha256_of(tar("two")).text()),
            0U);
}

TEST_F(PlacesTest, a_failure_of_all_tells_each) {
  registry_.set_fault([](const HttpRequest& request, const BodySink&, HttpResponse&) -> bool {
    throw base::Error(base::ErrorKind::unavailable, "no way to " + request.url.substr(8, 5));
  });
  const base::Error error = failure();
  EXPECT_EQ(error.kind(), base::ErrorKind::unavailable);
  EXPECT_EQ(error.message(),
            "no way to regis (mirrors also failed: first.test/copy/app:latest: no way to first)");
}

TEST_F(PlacesTest, an_insecure_place_may_speak_http) {
  add_image({tar("one")});
  request_.places[0].insecure = true;
  registry_.set_fault([](const HttpRequest& request, const BodySink&, HttpResponse&) {
    if (request.url.starts_with("https://first"))
      throw base::Error(base::ErrorKind::unavailable, "no TLS here");
    return false;
  });
  pull();
  EXPECT_GT(registry_.count("http://first.test/v2/copy/app/manifests/"), 0U);
}

}  // namespace
}  // namespace image
