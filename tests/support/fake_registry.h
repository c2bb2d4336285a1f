// A registry in memory, behind the seam to the network: blobs and manifests of one repository, and
// faults on request.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/fd.h"
#include "base/text.h"
#include "image/sha256.h"
#include "image/transport.h"

namespace testing_support {

class FakeRegistry {
 public:
  // What a request gets instead of an answer of ours; nullptr: ours. `sink` may be given a part of
  // a body before it throws.
  using Fault =
      std::function<bool(const image::HttpRequest&, const image::BodySink&, image::HttpResponse&)>;

  std::string add_blob(const std::string& bytes) {
    const std::string digest = image::sha256_of(bytes).text();
    blobs_[digest] = bytes;
    return digest;
  }
  // By its digest, and by `tag` where there is one.
  std::string add_manifest(const std::string& bytes, const std::string& type,
                           const std::string& tag = "") {
    const std::string digest = image::sha256_of(bytes).text();
    manifests_[digest] = {bytes, type};
    if (!tag.empty()) manifests_[tag] = {bytes, type};
    return digest;
  }
  std::string& blob(const std::string& digest) { return blobs_.at(digest); }
  void set_fault(Fault fault) { fault_ = std::move(fault); }

  // Every URL asked for, in order.
  std::vector<std::string> requests() const {
    const std::scoped_lock lock(mutex_);
    return requests_;
  }
  std::size_t count(const std::string& part) const {
    const std::vector<std::string> all = requests();
    return static_cast<std::size_t>(std::ranges::count_if(
        all, [&](const std::string& url) { return url.find(part) != std::string::npos; }));
  }

  image::HttpResponse answer(const image::HttpRequest& request, const image::BodySink& sink) {
    {
      const std::scoped_lock lock(mutex_);
      requests_.push_back(request.url);
    }
    image::HttpResponse response{.status = 404, .url = request.url};
    if (fault_ && fault_(request, sink, response)) return response;
    if (request.url.ends_with("/v2/")) return {.status = 200, .url = request.url};
    const std::string name = request.url.substr(request.url.rfind('/') + 1);
    if (request.url.find("/manifests/") != std::string::npos) {
      const auto found = manifests_.find(name);
      if (found == manifests_.end()) return response;
      response.headers = {{"content-type", found->second.second}};
      return send(found->second.first, sink, response, 200);
    }
    const auto found = blobs_.find(name);
    if (found == blobs_.end()) return response;
    return send_blob(request, found->second, sink, response);
  }

  static image::HttpResponse send(std::string_view body, const image::BodySink& sink,
                                  image::HttpResponse& response, int status) {
    response.status = status;
    sink.start(response);
    constexpr std::size_t piece = 1000;
    for (std::size_t at = 0; at < body.size(); at += piece)
      sink.data(base::as_bytes(body.substr(at, piece)));
    return response;
  }

 private:
  static image::HttpResponse send_blob(const image::HttpRequest& request, std::string_view body,
                                       const image::BodySink& sink, image::HttpResponse& response) {
    for (const image::Header& header : request.headers) {
      if (header.name != "Range") continue;
      const auto from = base::parse_number<std::size_t>(
          header.value.substr(6, header.value.size() - 7));  // "bytes=N-"
      response.headers = {{"content-range", "bytes " + std::to_string(*from) + "-"}};
      return send(body.substr(*from), sink, response, 206);
    }
    return send(body, sink, response, 200);
  }

  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::map<std::string, std::string> blobs_;
  std::map<std::string, std::pair<std::string, std::string>> manifests_;
  Fault fault_;
};

class FakeTransport : public image::Transport {
 public:
  explicit FakeTransport(FakeRegistry& registry) : registry_(registry) {}
  image::HttpResponse exchange(const image::HttpRequest& request,
                               const image::BodySink& sink) override {
    return registry_.answer(request, sink);
  }

 private:
  FakeRegistry& registry_;
};

// Answers by a function.
class ScriptedTransport : public image::Transport {
 public:
  using Script =
      std::function<image::HttpResponse(const image::HttpRequest&, const image::BodySink&)>;
  explicit ScriptedTransport(Script script) : script_(std::move(script)) {}
  image::HttpResponse exchange(const image::HttpRequest& request,
                               const image::BodySink& sink) override {
    requests.push_back(request);
    image::HttpResponse response = script_(request, sink);
    if (response.url.empty()) response.url = request.url;
    return response;
  }
  std::vector<image::HttpRequest> requests;

 private:
  Script script_;
};

}  // namespace testing_support
