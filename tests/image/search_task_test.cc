// Searches and lists of tags, and registries that answer something else.
#include "image/search_task.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/support/fake_registry.h"

namespace image {
namespace {

using base::ErrorKind;
using testing_support::FakeRegistry;
using testing_support::ScriptedTransport;

struct Page {
  int status = 200;
  std::string body;
  std::string link;
};

class SearchTaskTest : public testing::Test {
 protected:
  std::map<std::string, Page> pages_;  // by URL
  std::vector<std::string> asked_;
  WorkerRequest request_{.name = Reference::parse("reg.test/team/app"), .platform = {}};

  template <typename Task>
  auto run(Task task) {
    const auto answer = [this](const HttpRequest& request, const BodySink& sink) -> HttpResponse {
      asked_.push_back(request.url);
      const auto found = pages_.find(request.url);
      if (found == pages_.end()) return {.status = 404};
      HttpResponse response;
      if (!found->second.link.empty()) response.headers = {{"link", found->second.link}};
      response.status = found->second.status;
      response.body = found->second.body;
      if (!response.success()) return response;
      return FakeRegistry::send(found->second.body, sink, response, 200);
    };
    base::NoProgress silent;
    return task(
        request_,
        {.make_transport =
             [&](const std::atomic<bool>&) { return std::make_unique<ScriptedTransport>(answer); },
         .retry = {.sleep = [](base::Milliseconds) {}},
         .credentials = {},
         .files = {},
         .disk = {}},
        silent);
  }
  template <typename Task>
  base::Error failure(Task task) {
    try {
      run(task);
    } catch (const base::Error& error) {
      return error;
    }
    return base::Error("was answered");
  }
};

constexpr const char* search_url = "https://reg.test/v1/search?q=a%20b&n=2";

TEST_F(SearchTaskTest, results_are_read_and_no_more_than_were_asked_for) {
  request_.search = {.term = "a b", .limit = 2};
  pages_[search_url].body =
      R"({"results": [{"name": "x", "description": "one\ntwo", "star_count": 5, "is_official": true,
          "is_automated": false}, {"name": "y\u001b", "description": null, "star_count": -3}, {"name": "z"}]})";
  const std::vector<FoundImage> found = run(run_search).images;
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0],
            (FoundImage{.name = "x", .description = "one two", .stars = 5, .official = true}));
  EXPECT_EQ(found[1], (FoundImage{.name = "y\\x1b"}));
}

TEST_F(SearchTaskTest, Docker_Hub_is_searched_at_its_index) {
  request_.name = Reference::parse("alpine");
  request_.search = {.term = "a", .limit = 7};
  pages_["https://index.docker.io/v1/search?q=a&n=7"].body = R"({"results": []})";
  EXPECT_TRUE(run(run_search).images.empty());
}

TEST_F(SearchTaskTest, a_registry_without_a_search_is_told_or_looked_through) {
  request_.search = {.term = "app", .limit = 3};
  EXPECT_EQ(failure(run_search).message(),
            "GET https://reg.test/v1/search: 404 Not Found: this registry has no search");
  EXPECT_EQ(failure(run_search).kind(), ErrorKind::unsupported);
  request_.search.catalogue = true;
  pages_["https://reg.test/v2/_catalog"] = {.body = R"({"repositories": ["team/app", "tools"]})",
                                            .link = R"(</v2/_catalog?last=tools&n=2>; rel="next")"};
  pages_["https://reg.test/v2/_catalog?last=tools&n=2"] = {
      .body = R"({"repositories": ["app", "apple", "apply"]})"};
  std::vector<std::string> names;
  for (const FoundImage& one : run(run_search).images) names.push_back(one.name);
  EXPECT_EQ(names, (std::vector<std::string>{"app", "team/app", "apple"}));
  request_.search.term.clear();
  asked_.clear();
  EXPECT_EQ(run(run_search).images.size(), 3U);
  EXPECT_EQ(asked_.front(), "https://reg.test/v2/_catalog");
}

constexpr const char* tags_url = "https://reg.test/v2/team/app/tags/list";

TEST_F(SearchTaskTest, tags_come_page_by_page_until_there_are_enough) {
  pages_[tags_url] = {.body = R"({"name": "team/app", "tags": ["1", "2"]})",
                      .link = R"(</v2/team/app/tags/list?last=2&n=2>; rel="next")"};
  pages_[std::string(tags_url) + "?last=2&n=2"] = {.body = R"({"tags": ["3"]})"};
  EXPECT_EQ(run(run_tags).tags, (std::vector<std::string>{"1", "2", "3"}));
  request_.search.limit = 2;
  asked_.clear();
  EXPECT_EQ(run(run_tags).tags.size(), 2U);
  EXPECT_EQ(asked_.size(), 1U);
  pages_[tags_url] = {.body = R"({"tags": null})"};
  EXPECT_TRUE(run(run_tags).tags.empty());
}

TEST_F(SearchTaskTest, hostile_answers_are_refused) {
  for (const char* link :
       {"<https://elsewhere.test/>; rel=\"next\"", "<file:///x>; rel=\"next\""}) {
    pages_[tags_url] = {.body = R"({"tags": ["1"]})", .link = link};
    EXPECT_EQ(failure(run_tags).kind(), ErrorKind::denied) << link;
  }
  pages_[tags_url] = {.body = R"({"tags": []})",
                      .link = "<" + std::string(tags_url) + R"(>; rel="next")"};
  EXPECT_TRUE(run(run_tags).tags.empty()) << "a circle ends";
  for (const char* body : {"", "[]", "{", R"({"tags": "x"})", R"({"tags": [1]})"}) {
    pages_[tags_url] = {.body = body};
    EXPECT_EQ(failure(run_tags).kind(), ErrorKind::corrupt) << body;
  }
  request_.search = {.term = "a b", .limit = 2};
  for (const char* body :
       {"", R"({"results": {}})", R"({"results": [1]})", R"({"results": [{"name": 1}]})",
        R"({"results": [{"is_official": 1}]})"}) {
    pages_[search_url] = {.body = body};
    EXPECT_EQ(failure(run_search).kind(), ErrorKind::corrupt) << body;
  }
  pages_[search_url] = {.status = 403};
  EXPECT_EQ(failure(run_search).message(), "GET https://reg.test/v1/search: 403 Forbidden");
  pages_.erase(tags_url);
  EXPECT_EQ(failure(run_tags).kind(), ErrorKind::not_found);
}

}  // namespace
}  // namespace image
