// What a URL stands for, as a stream.
#include "image/url_source.h"

#include <gtest/gtest.h>

#include <csignal>

#include "tests/support/fake_registry.h"

namespace image {
namespace {

using testing_support::ScriptedTransport;

// Owned by a UrlSource, unlike the one that it speaks for.
class Borrowed : public Transport {
 public:
  explicit Borrowed(Transport& transport) : transport_(transport) {}
  HttpResponse exchange(const HttpRequest& request, const BodySink& sink) override {
    return transport_.exchange(request, sink);
  }

 private:
  Transport& transport_;
};

class UrlSourceTest : public testing::Test {
 protected:
  UrlSourceTest() { static_cast<void>(std::signal(SIGPIPE, SIG_IGN)); }

  static TransportFactory factory(Transport& network) {
    return [&](const std::atomic<bool>&) { return std::make_unique<Borrowed>(network); };
  }
  static std::string read(Transport& network, const std::string& url = "http://host.test/a.tar") {
    UrlSource source(url, factory(network), {.sleep = [](base::Milliseconds) {}});
    std::string all;
    std::array<std::byte, 1000> buffer;
    while (const std::size_t count = source.read(buffer))
      all.append(reinterpret_cast<const char*>(buffer.data()), count);
    EXPECT_EQ(source.read(buffer), 0U) << "the end stays the end";
    return all;
  }
  static std::string refusal(Transport& network) {
    try {
      read(network);
    } catch (const base::Error& error) {
      return error.message();
    }
    return "read";
  }
  static HttpResponse give(const BodySink& sink, const std::string& body) {
    HttpResponse response{.status = 200};
    sink.start(response);
    sink.data(base::as_bytes(body));
    return response;
  }
};

TEST_F(UrlSourceTest, comes_whole_and_over_redirects) {
  const std::string body(300'000, 'x');
  ScriptedTransport network([&](const HttpRequest& request, const BodySink& sink) {
    if (request.url.ends_with("/a.tar"))
      return HttpResponse{.status = 302, .headers = {{"location", "/b.tar"}}, .url = request.url};
    return give(sink, body);
  });
  EXPECT_TRUE(read(network) == body);
  EXPECT_EQ(network.requests.size(), 2U);
}

TEST_F(UrlSourceTest, a_status_is_told_and_what_may_pass_is_tried_again) {
  ScriptedTransport absent([](auto&, auto&) { return HttpResponse{.status = 404}; });
  EXPECT_EQ(refusal(absent), "GET http://host.test/a.tar: 404 Not Found");
  int count = 0;
  ScriptedTransport busy([&](const HttpRequest&, const BodySink& sink) {
    return ++count < 3 ? HttpResponse{.status = 503} : give(sink, "content");
  });
  EXPECT_EQ(read(busy), "content");
}

TEST_F(UrlSourceTest, what_breaks_off_has_no_end) {
  ScriptedTransport network([](const HttpRequest&, const BodySink& sink) -> HttpResponse {
    give(sink, "half");
    throw base::Error(base::ErrorKind::unavailable, "reset");
  });
  EXPECT_EQ(refusal(network), "reset");
}

TEST_F(UrlSourceTest, ends_with_who_reads_it) {
  ScriptedTransport network([](const HttpRequest&, const BodySink& sink) {
    for (int i = 0; i < 1000; ++i) sink.data(base::as_bytes(std::string(100'000, 'x')));
    return HttpResponse{.status = 200};
  });
  UrlSource source("http://host.test/", factory(network), {.sleep = [](base::Milliseconds) {}});
  std::array<std::byte, 10> buffer;
  EXPECT_EQ(source.read(buffer), buffer.size());
}

}  // namespace
}  // namespace image
