// A whole push against a registry that keeps uploads, breaks off, mounts and sends elsewhere.
#include <gtest/gtest.h>

#include <map>
#include <mutex>

#include "base/error.h"
#include "image/push_task.h"
#include "image/upload.h"
#include "tests/image/pull_fixture.h"

namespace image {
namespace {

// What is there, under one lock: blobs are pushed in several threads.
class Registry {
 public:
  std::map<std::string, std::string> blobs;
  std::map<std::string, std::string> manifests;
  std::map<std::string, std::string> mountable;  // digest to repository
  std::vector<std::string> log;                  // "METHOD URL"
  std::vector<std::string> secrets_at;           // URLs that an Authorization came to
  std::string upload_host;                       // where uploads are sent, "" here
  int breaks = 0;                                // how many uploads break off half-way
  bool forgets = false;                          // those that did
  bool wants_token = false;
  std::string stored_digest;  // of a manifest, instead of its own

  HttpResponse answer(const HttpRequest& request) {
    const std::scoped_lock lock(mutex_);
    log.push_back(request.method + " " + request.url);
    bool authorized = false;
    for (const Header& header : request.headers) {
      if (header.name != "Authorization") continue;
      authorized = header.value == "Bearer secret-token";
      secrets_at.push_back(request.url);
    }
    HttpResponse response{.status = 404, .url = request.url};
    if (wants_token && !authorized && request.url.starts_with("https://registry.test/v2/app/")) {
      response.headers = {{"www-authenticate", "Bearer realm=\"https://registry.test/token\""}};
      return status(response, 401);
    }
    if (request.url.ends_with("/v2/")) return status(response, 200);
    if (request.method == "HEAD")
      return status(response, blobs.contains(last(request)) ? 200 : 404);
    if (request.method == "POST") return begin(request, response);
    if (request.method == "PATCH") return take(request, response);
    if (request.method == "GET") return tell(request, response);
    return request.url.find("/manifests/") != std::string::npos ? keep(request, response)
                                                                : complete(request, response);
  }

 private:
  static HttpResponse& status(HttpResponse& response, int value) {
    response.status = value;
    return response;
  }
  static std::string last(const HttpRequest& request) {
    return request.url.substr(request.url.rfind('/') + 1);
  }
  static std::string session_of(const std::string& url) {
    return url.substr(url.find("/session/") + 9, 1);
  }
  static std::string decoded(std::string text) {
    if (const auto at = text.find("%3A"); at != std::string::npos) text.replace(at, 3, ":");
    return text;
  }

  HttpResponse begin(const HttpRequest& request, HttpResponse& response) {
    if (const auto at = request.url.find("?mount="); at != std::string::npos) {
      const std::string digest = decoded(request.url.substr(at + 7, 73));
      const std::string from = request.url.substr(request.url.find("&from=") + 6);
      if (mountable.contains(digest) && mountable[digest] == from) {
        blobs[digest] = "mounted";
        return status(response, 201);
      }
    }
    const std::string session(1, static_cast<char>('a' + opened_++));
    sessions_[session] = "";
    response.headers = {{"location", upload_host + "/session/" + session + "?state=1"}};
    return status(response, 202);
  }

  HttpResponse take(const HttpRequest& request, HttpResponse& response) {
    const std::string session = session_of(request.url);
    if (!sessions_.contains(session)) return status(response, 404);
    std::string body(request.source->bytes, '\0');
    const std::size_t wanted = breaks > 0 ? body.size() / 2 : body.size();
    for (std::size_t at = 0; at < wanted;) {
      const std::size_t room = std::min<std::size_t>(wanted - at, 1000);
      at += request.source->read(at, std::as_writable_bytes(std::span(body.data() + at, room)));
    }
    sessions_[session] += body.substr(0, wanted);
    if (breaks > 0) {
      --breaks;
      if (forgets) sessions_.erase(session);
      throw base::Error(base::ErrorKind::unavailable, "reset by the peer");
    }
    response.headers = {{"location", "/session/" + session + "?state=2"}};
    return status(response, 202);
  }

  HttpResponse tell(const HttpRequest& request, HttpResponse& response) {
    const auto session = sessions_.find(session_of(request.url));
    if (session == sessions_.end()) return status(response, 404);
    response.headers = {{"location", "/session/" + session->first + "?state=3"},
                        {"range", "0-" + std::to_string(session->second.size() - 1)}};
    return status(response, 204);
  }

  HttpResponse complete(const HttpRequest& request, HttpResponse& response) {
    const std::string& bytes = sessions_[session_of(request.url)];
    const std::string digest = decoded(request.url.substr(request.url.find("digest=") + 7));
    if (sha256_of(bytes).text() != digest) return status(response, 400);
    blobs[digest] = bytes;
    return status(response, 201);
  }

  HttpResponse keep(const HttpRequest& request, HttpResponse& response) {
    manifests[last(request)] = request.body;
    response.headers = {{"docker-content-digest",
                         stored_digest.empty() ? sha256_of(request.body).text() : stored_digest}};
    return status(response, 201);
  }

  std::mutex mutex_;
  int opened_ = 0;
  std::map<std::string, std::string> sessions_;
};

class PushTest : public PullTest {
 protected:
  PushTest() {
    add_image({tar(std::string(50'000, '1')), tar("two")});
    const WorkerResult result = pull();
    install(result);
    image_ = result.image;
    push_request_.pushed = image_;
  }

  WorkerPushed push() {
    Recorder progress(told_);
    const PullEnvironment environment{
        .make_transport =
            [this](const std::atomic<bool>&) {
              return std::make_unique<testing_support::ScriptedTransport>(
                  [this](const HttpRequest& request, const BodySink&) {
                    return target_.answer(request);
                  });
            },
        .retry = {.sleep = [](base::Milliseconds) {}},
        .credentials = credentials_,
        .files = {.staging = staging_.get(), .blobs = blobs_.get(), .disks = disks_.get()},
        .disk = {.threads = 1}};
    return run_push(push_request_, environment, progress);
  }

  std::size_t count(const std::string& part) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        target_.log, [&](const std::string& one) { return one.find(part) != std::string::npos; }));
  }
  bool is_told(const std::string& line) const {
    return std::ranges::find(told_, line) != told_.end();
  }
  std::string first_layer() const { return image_.layers[0].blob.digest.text(); }

  Registry target_;
  Credentials credentials_;
  Image image_;
  WorkerRequest push_request_{.name = Reference::parse("registry.test/app:latest"), .platform = {}};
};

TEST_F(PushTest, an_image_arrives_whole) {
  const WorkerPushed pushed = push();
  EXPECT_EQ(pushed.digest, image_.manifest.digest);
  EXPECT_EQ(pushed.bytes, image_.manifest.bytes);
  EXPECT_EQ(sha256_of(target_.manifests.at("latest")), image_.manifest.digest);
  for (const Layer& layer : image_.layers)
    EXPECT_TRUE(target_.blobs.contains(layer.blob.digest.text()));
  EXPECT_TRUE(target_.blobs.contains(image_.config_blob.digest.text()));
  EXPECT_TRUE(is_told(image_.layers[0].blob.digest.short_hex() + " Pushed"));
}

TEST_F(PushTest, what_is_there_is_not_sent) {
  push();
  const std::size_t before = count("PATCH");
  push();
  EXPECT_EQ(count("PATCH"), before);
  EXPECT_TRUE(is_told(image_.layers[0].blob.digest.short_hex() + " Layer already exists"));
}

TEST_F(PushTest, another_repository_lends_its_blobs) {
  push_request_.sources = {"team/other", "team/app"};
  target_.mountable[first_layer()] = "team%2Fother";
  push();
  EXPECT_EQ(target_.blobs.at(first_layer()), "mounted");
  EXPECT_TRUE(is_told(image_.layers[0].blob.digest.short_hex() + " Mounted from team/other"));
  EXPECT_EQ(count("PATCH"), 2U) << "the other layer and the configuration";
  EXPECT_EQ(count("POST https://registry.test/v2/app/blobs/uploads/?mount"), 3U)
      << "who may not mount has an upload opened";
}

TEST_F(PushTest, an_upload_that_breaks_off_goes_on_where_it_was) {
  target_.breaks = 3;
  push();
  EXPECT_EQ(sha256_of(target_.blobs.at(first_layer())).text(), first_layer());
  EXPECT_EQ(count("POST"), 3U) << "none was begun again";
}

TEST_F(PushTest, an_upload_that_the_registry_forgot_begins_again) {
  target_.breaks = 2;
  target_.forgets = true;
  push();
  EXPECT_EQ(sha256_of(target_.blobs.at(first_layer())).text(), first_layer());
  EXPECT_EQ(count("POST"), 5U);
}

TEST_F(PushTest, a_registry_that_always_breaks_off_is_given_up) {
  target_.breaks = 1000;
  target_.forgets = true;
  try {
    push();
    ADD_FAILURE() << "pushed";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::unavailable);
    EXPECT_NE(error.message().find("reset by the peer"), std::string::npos) << error.message();
  }
  EXPECT_TRUE(target_.manifests.empty());
}

TEST_F(PushTest, secrets_go_to_the_registry_alone) {
  credentials_ =
      Credentials::parse(R"({"auths": {"registry.test": {"registrytoken": "secret-token"}}})");
  target_.wants_token = true;
  target_.upload_host = "https://storage.test";
  push();
  EXPECT_FALSE(target_.secrets_at.empty());
  EXPECT_GT(count("PATCH https://storage.test/"), 0U);
  for (const std::string& url : target_.secrets_at)
    EXPECT_TRUE(url.starts_with("https://registry.test/")) << url;
}

TEST_F(PushTest, an_upload_does_not_give_up_encryption) {
  target_.upload_host = "http://storage.test";
  try {
    push();
    ADD_FAILURE() << "pushed";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::denied);
  }
}

TEST_F(PushTest, a_registry_that_stores_something_else_is_told) {
  target_.stored_digest = sha256_of("else").text();
  try {
    push();
    ADD_FAILURE() << "pushed";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::corrupt);
    EXPECT_NE(error.message().find("the registry has stored " + target_.stored_digest),
              std::string::npos);
  }
}

}  // namespace
}  // namespace image
