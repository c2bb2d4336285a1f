// The decorators of the network: redirects, retries, authorization.
#include "image/transport.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "image/authorization.h"
#include "image/redirect.h"
#include "image/retry.h"
#include "tests/support/fake_registry.h"

namespace image {
namespace {

using base::ErrorKind;
using std::chrono::milliseconds;
using testing_support::FakeRegistry;
using testing_support::ScriptedTransport;

HttpResponse answer(int status, std::vector<Header> headers = {}) {
  return {.status = status, .headers = std::move(headers)};
}

std::string header_of(const HttpRequest& request, const std::string& name) {
  for (const Header& header : request.headers)
    if (header.name == name) return header.value;
  return "";
}

ErrorKind kind_of(Transport& transport, const HttpRequest& request) {
  try {
    transport.exchange(request, {});
  } catch (const base::Error& error) {
    return error.kind();
  }
  ADD_FAILURE() << "was answered";
  return ErrorKind::failure;
}

class RetryTest : public testing::Test {
 protected:
  std::vector<milliseconds> slept_;
  RetryPolicy policy_{.sleep = [this](milliseconds time) { slept_.push_back(time); }};
};

TEST_F(RetryTest, two_failures_and_then_an_answer) {
  int count = 0;
  ScriptedTransport network([&](auto&, auto&) { return answer(++count <= 2 ? 500 : 200); });
  EXPECT_EQ(RetryTransport(network, policy_).exchange({.url = "http://x/"}, {}).status, 200);
  EXPECT_EQ(slept_, (std::vector{milliseconds(200), milliseconds(400)}));
}

TEST_F(RetryTest, gives_up_with_the_last_answer) {
  ScriptedTransport network([&](auto&, auto&) { return answer(503); });
  EXPECT_EQ(RetryTransport(network, policy_).exchange({.url = "http://x/"}, {}).status, 503);
  EXPECT_EQ(network.requests.size(), 5U);
}

TEST_F(RetryTest, waits_as_long_as_it_is_asked_to) {
  int count = 0;
  ScriptedTransport network([&](auto&, auto&) {
    return ++count == 1 ? answer(429, {{"retry-after", "7"}}) : answer(200);
  });
  EXPECT_EQ(RetryTransport(network, policy_).exchange({.url = "http://x/"}, {}).status, 200);
  EXPECT_EQ(slept_, std::vector{milliseconds(7000)});
}

TEST_F(RetryTest, and_not_for_an_hour) {
  ScriptedTransport network([&](auto&, auto&) { return answer(429, {{"retry-after", "3600"}}); });
  EXPECT_EQ(RetryTransport(network, policy_).exchange({.url = "http://x/"}, {}).status, 429);
  EXPECT_TRUE(slept_.empty());
}

TEST_F(RetryTest, a_refusal_is_not_asked_again) {
  for (const int status : {200, 206, 301, 400, 401, 403, 404, 416, 501}) {
    ScriptedTransport network([&](auto&, auto&) { return answer(status); });
    EXPECT_EQ(RetryTransport(network, policy_).exchange({.url = "http://x/"}, {}).status, status);
    EXPECT_EQ(network.requests.size(), 1U) << status;
  }
}

TEST_F(RetryTest, a_lost_connection_is_tried_again) {
  int count = 0;
  ScriptedTransport network([&](auto&, auto&) -> HttpResponse {
    if (++count == 1) throw base::Error(ErrorKind::unavailable, "reset");
    return answer(200);
  });
  EXPECT_EQ(RetryTransport(network, policy_).exchange({.url = "http://x/"}, {}).status, 200);
}

TEST_F(RetryTest, but_not_once_a_body_has_begun_nor_for_other_failures) {
  const auto attempts = [&](ErrorKind kind, bool begun) {
    ScriptedTransport network([&](auto&, const BodySink& sink) -> HttpResponse {
      if (begun) sink.start(answer(200));
      throw base::Error(kind, "broken");
    });
    RetryTransport retry(network, policy_);
    EXPECT_EQ(kind_of(retry, {.url = "http://x/"}), kind);
    return network.requests.size();
  };
  EXPECT_EQ(attempts(ErrorKind::unavailable, false), 3U);
  EXPECT_EQ(attempts(ErrorKind::unavailable, true), 1U);
  EXPECT_EQ(attempts(ErrorKind::denied, false), 1U);
  EXPECT_EQ(attempts(ErrorKind::corrupt, false), 1U);
}

struct Redirect {
  std::string from;
  std::string location;
  std::string expected;  // empty: refused
  bool keeps_secret = false;
};

TEST(Redirect, secrets_stay_with_their_origin_and_encryption_is_kept) {
  const std::vector<Redirect> cases{
      {"https://r/v2/x", "/v2/y", "https://r/v2/y", true},
      {"https://r/v2/x", "y", "https://r/v2/y", true},
      {"https://r/v2/x", "https://R:443/y", "https://R:443/y", true},
      {"https://r/v2/x", "https://cdn/y?sig=1", "https://cdn/y?sig=1"},
      {"https://r/v2/x", "https://r:444/y", "https://r:444/y"},
      {"https://r/v2/x", "//cdn/y", "https://cdn/y"},
      {"http://r/v2/x", "https://r/y", "https://r/y"},
      {"http://r/v2/x", "http://r:81/y", "http://r:81/y"},
      {"https://r/v2/x", "http://r/y", ""},
      {"https://r/v2/x", "http://169.254.169.254/latest", ""},
      {"https://r/v2/x", "file:///etc/passwd", ""},
      {"https://r/v2/x", "ftp://r/x", ""},
      {"https://r/v2/x", "https://user:pass@cdn/y", ""},
      {"https://r/v2/x", "", ""},
  };
  for (const Redirect& one : cases) {
    SCOPED_TRACE(one.location);
    ScriptedTransport network([&](const HttpRequest& request, auto&) {
      return request.url == one.from ? answer(307, {{"location", one.location}}) : answer(200);
    });
    RedirectTransport redirect(network);
    const HttpRequest request{.url = one.from, .headers = {{"Authorization", "secret"}}};
    if (one.expected.empty()) {
      if (one.location.empty()) continue;
      EXPECT_EQ(kind_of(redirect, request), ErrorKind::denied);
      continue;
    }
    EXPECT_EQ(redirect.exchange(request, {}).status, 200);
    ASSERT_EQ(network.requests.size(), 2U);
    EXPECT_EQ(network.requests[1].url, one.expected);
    EXPECT_EQ(header_of(network.requests[1], "Authorization"), one.keeps_secret ? "secret" : "");
  }
}

TEST(Redirect, a_circle_ends) {
  ScriptedTransport network([](auto&, auto&) { return answer(302, {{"location", "/x"}}); });
  RedirectTransport redirect(network);
  EXPECT_EQ(kind_of(redirect, {.url = "https://r/x"}), ErrorKind::failure);
  EXPECT_EQ(network.requests.size(), 11U);
}

constexpr const char* bearer = "Bearer realm=\"https://auth/token\",service=\"reg\"";

class AuthorizationTest : public testing::Test {
 protected:
  // A registry that wants "Bearer good", and its token server.
  ScriptedTransport network_{[this](const HttpRequest& request, const BodySink& sink) {
    if (request.url.starts_with("https://auth/")) {
      HttpResponse response;
      return token_answer_.empty() ? answer(401)
                                   : FakeRegistry::send(token_answer_, sink, response, 200);
    }
    if (header_of(request, "Authorization") == accepted_) return answer(200);
    return answer(401, {{"www-authenticate", challenge_}});
  }};
  std::string challenge_ = bearer;
  std::string accepted_ = "Bearer good";
  std::string token_answer_ = "{\"token\": \"good\"}";

  int status(Authorization& authorization) {
    AuthorizedTransport transport(network_, authorization);
    return transport.exchange({.url = "https://reg/v2/x"}, {}).status;
  }
  static Login login() { return {.user = "me", .password = "p&ss"}; }
};

TEST_F(AuthorizationTest, an_anonymous_token_is_fetched_once) {
  Authorization authorization(std::nullopt, {"repository:a/b:pull"});
  EXPECT_EQ(status(authorization), 200);
  EXPECT_EQ(status(authorization), 200);
  ASSERT_EQ(network_.requests.size(), 4U);
  EXPECT_EQ(network_.requests[1].url,
            "https://auth/token?scope=repository%3Aa%2Fb%3Apull&service=reg");
  EXPECT_EQ(header_of(network_.requests[1], "Authorization"), "");
}

TEST_F(AuthorizationTest, a_login_is_shown_to_the_token_server) {
  token_answer_ = "{\"access_token\": \"good\"}";
  Authorization authorization(login(), {"s"});
  EXPECT_EQ(status(authorization), 200);
  EXPECT_EQ(header_of(network_.requests[1], "Authorization"), "Basic bWU6cCZzcw==");
  EXPECT_NE(network_.requests[1].url.find("&account=me"), std::string::npos);
}

TEST_F(AuthorizationTest, an_identity_token_is_posted) {
  Authorization authorization(Login{.identity_token = "re/fresh"}, {"s"});
  EXPECT_EQ(status(authorization), 200);
  EXPECT_EQ(network_.requests[1].method, "POST");
  EXPECT_EQ(network_.requests[1].url, "https://auth/token");
  EXPECT_NE(network_.requests[1].body.find("refresh_token=re%2Ffresh"), std::string::npos);
}

TEST_F(AuthorizationTest, basic_is_answered_where_there_is_a_login) {
  challenge_ = "Basic realm=x";
  accepted_ = "Basic bWU6cCZzcw==";
  Authorization anonymous(std::nullopt, {"s"});
  EXPECT_EQ(status(anonymous), 401);
  Authorization authorization(login(), {"s"});
  EXPECT_EQ(status(authorization), 200);
}

TEST_F(AuthorizationTest, what_is_refused_stays_refused) {
  accepted_ = "nothing";
  Authorization authorization(login(), {"s"});
  EXPECT_EQ(status(authorization), 401);
  EXPECT_LE(network_.requests.size(), 6U);
  token_answer_.clear();
  Authorization other(login(), {"s"});
  EXPECT_EQ(status(other), 401);
}

TEST_F(AuthorizationTest, a_login_that_gets_no_token_is_shown_itself_where_that_is_offered) {
  challenge_ = std::string("Negotiate, Basic realm=x, ") + bearer;
  accepted_ = "Basic bWU6cCZzcw==";
  token_answer_.clear();
  Authorization authorization(login(), {"s"});
  EXPECT_EQ(status(authorization), 200);
  Authorization refresh(Login{.identity_token = "re/fresh"}, {"s"});
  EXPECT_EQ(status(refresh), 401);
}

TEST_F(AuthorizationTest, a_failing_token_server_is_named_with_its_reason) {
  ScriptedTransport network([&](const HttpRequest& request, auto&) -> HttpResponse {
    if (!request.url.starts_with("https://auth/"))
      return answer(401, {{"www-authenticate", bearer}});
    return {.status = 503, .body = R"({"errors": [{"code": "UNKNOWN", "message": "asleep"}]})"};
  });
  Authorization authorization(login(), {"s"});
  AuthorizedTransport transport(network, authorization);
  try {
    transport.exchange({.url = "https://reg/v2/x"}, {});
    ADD_FAILURE() << "was answered";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::unavailable);
    EXPECT_EQ(error.message(), "GET https://auth/token: 503 Service Unavailable (unknown: asleep)");
  }
}

TEST_F(AuthorizationTest, an_expired_token_is_renewed) {
  Authorization authorization(std::nullopt, {"s"});
  EXPECT_EQ(status(authorization), 200);
  accepted_ = "Bearer newer";
  token_answer_ = "{\"token\": \"newer\"}";
  EXPECT_EQ(status(authorization), 200);
}

TEST_F(AuthorizationTest, no_secret_goes_to_a_token_server_without_encryption) {
  for (const char* realm : {"http://auth/token", "file:///etc/passwd", "", "https://a:b@auth/"}) {
    challenge_ = "Bearer realm=\"" + std::string(realm) + "\"";
    Authorization authorization(login(), {"s"});
    AuthorizedTransport transport(network_, authorization);
    EXPECT_EQ(kind_of(transport, {.url = "https://reg/v2/x"}), ErrorKind::denied) << realm;
  }
}

TEST_F(AuthorizationTest, a_token_with_a_line_break_is_none) {
  for (const char* body : {"{\"token\": \"a\\r\\nEvil: 1\"}", "{\"token\": 1}", "{}", "nonsense"}) {
    token_answer_ = body;
    Authorization authorization(login(), {"s"});
    AuthorizedTransport transport(network_, authorization);
    EXPECT_EQ(kind_of(transport, {.url = "https://reg/v2/x"}), ErrorKind::corrupt) << body;
  }
}

TEST_F(AuthorizationTest, whoever_a_redirect_leads_to_gets_no_secret) {
  ScriptedTransport network([&](const HttpRequest& request, auto&) {
    if (request.url.starts_with("https://reg/"))
      return answer(307, {{"location", "https://cdn/x"}});
    return answer(401, {{"www-authenticate", "Basic realm=phish"}});
  });
  RedirectTransport redirect(network);
  Authorization authorization(login(), {"s"});
  AuthorizedTransport transport(redirect, authorization);
  EXPECT_EQ(transport.exchange({.url = "https://reg/v2/x"}, {}).status, 401);
  for (const HttpRequest& request : network.requests)
    EXPECT_EQ(header_of(request, "Authorization"), "");
}

}  // namespace
}  // namespace image
