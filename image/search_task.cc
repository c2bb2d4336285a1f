#include "image/search_task.h"

#include <algorithm>
#include <atomic>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "image/connection.h"
#include "image/registry.h"
#include "image/registry_error.h"
#include "image/url.h"

namespace image {
namespace {

constexpr base::JsonLimits limits{.bytes = std::size_t{4} << 20};
constexpr int most_pages = 1000;
constexpr std::size_t longest_name = 255;
constexpr std::size_t longest_description = 1000;

// A list may come in several pages: <URL>; rel="next" (RFC 8288).
std::optional<std::string> next_page(const std::string& page, const HttpResponse& response) {
  const std::string link = response.header("link").value_or("");
  const std::size_t end = link.find('>');
  const bool next = link.starts_with('<') && end != std::string::npos &&
                    link.find("rel=\"next\"", end) != std::string::npos;
  if (!next) return std::nullopt;
  const auto here = parse_url(page);
  const auto there = here ? resolve_url(*here, link.substr(1, end - 1)) : std::nullopt;
  if (!there || !there->same_origin(*here))
    throw base::Error(base::ErrorKind::denied,
                      "a list of " + here->origin() + " goes on elsewhere");
  return there->text;
}

// Its questions are read as JSON.
class Index {
 public:
  Index(const WorkerRequest& request, const PullEnvironment& environment, const std::string& scope)
      : endpoint_(find_endpoint(request.name, TrustPolicy(request.insecure_registries),
                                *environment.make_transport(cancelled_))),
        authorization_(environment.credentials.find(request.name), {scope}),
        connection_(environment.make_transport(cancelled_), environment.retry, authorization_) {}

  const std::string& endpoint() const { return endpoint_; }

  HttpResponse ask(const std::string& url, std::string& body) {
    return connection_.transport().exchange({.url = url}, collect_into(body, limits.bytes));
  }

  // Gives all pages of a list of names until `take` is false for one.
  template <typename Take>
  void list(const std::string& path, const char* member, Take take) {
    std::optional<std::string> url = endpoint_ + path;
    for (int page = 0; url && page < most_pages; ++page) {
      const HttpRequest request{.url = *url};
      std::string body;
      const HttpResponse response = ask(*url, body);
      if (!response.success()) throw exchange_error(request, response);
      const base::Json json = base::parse_json(body, describe(request), limits);
      for (const std::string& name : base::list_member(json, member))
        if (!take(base::printable(name, longest_name))) return;
      url = next_page(*url, response);
    }
  }

 private:
  std::atomic<bool> cancelled_ = false;
  std::string endpoint_;
  Authorization authorization_;
  Connection connection_;
};

FoundImage found_from_json(const base::Json& json) {
  std::string description = base::text_member(json, "description");
  std::ranges::replace(description, '\n', ' ');
  std::ranges::replace(description, '\r', ' ');
  return {.name = base::printable(base::text_member(json, "name"), longest_name),
          .description = base::printable(description, longest_description),
          .stars = static_cast<std::uint64_t>(
              std::max<std::int64_t>(base::integer_member(json, "star_count"), 0)),
          .official = base::bool_member(json, "is_official"),
          .automated = base::bool_member(json, "is_automated")};
}

std::vector<FoundImage> read_results(const std::string& body, const HttpRequest& request,
                                     unsigned most) {
  const base::Json json = base::parse_json(body, describe(request), limits);
  std::vector<FoundImage> found;
  if (const base::Json* results = base::array_member(json, "results"))
    for (const base::Json& one : *results) {
      if (found.size() == most) break;
      if (!one.is_object())
        throw base::Error(base::ErrorKind::corrupt, describe(request) + ": a result is no object");
      found.push_back(found_from_json(one));
    }
  return found;
}

// Whose name is the term comes first.
std::vector<FoundImage> search_catalogue(Index& index, const SearchQuery& query) {
  std::vector<FoundImage> found;
  index.list("/v2/_catalog", "repositories", [&](const std::string& name) {
    if (name.find(query.term) == std::string::npos) return true;
    found.insert(name == query.term ? found.begin() : found.end(), FoundImage{.name = name});
    return found.size() < query.limit;
  });
  return found;
}

}  // namespace

WorkerFound run_search(const WorkerRequest& request, const PullEnvironment& environment,
                       base::Progress&) {
  const SearchQuery& query = request.search;
  Index index(request, environment, "registry:catalog:*");
  if (query.catalogue && query.term.empty()) return {.images = search_catalogue(index, query)};
  const bool hub = request.name.domain() == "docker.io";
  const HttpRequest asked{.url = (hub ? "https://index.docker.io" : index.endpoint()) +
                                 "/v1/search?q=" + percent_encode(query.term) +
                                 "&n=" + std::to_string(query.limit)};
  std::string body;
  const HttpResponse response = index.ask(asked.url, body);
  if (response.success()) return {.images = read_results(body, asked, query.limit)};
  if (query.catalogue && !hub) return {.images = search_catalogue(index, query)};
  if (response.status == 404)
    throw base::Error(base::ErrorKind::unsupported,
                      describe(asked) + ": 404 Not Found: this registry has no search");
  throw exchange_error(asked, response);
}

WorkerTags run_tags(const WorkerRequest& request, const PullEnvironment& environment,
                    base::Progress&) {
  WorkerTags tags;
  const std::string& path = request.name.path();
  Index index(request, environment, "repository:" + path + ":pull");
  index.list("/v2/" + path + "/tags/list", "tags", [&](const std::string& tag) {
    tags.tags.push_back(tag);
    return tags.tags.size() < request.search.limit;
  });
  return tags;
}

}  // namespace image
