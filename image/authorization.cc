#include "image/authorization.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/base64.h"
#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "image/challenge.h"
#include "image/registry_error.h"
#include "image/url.h"

namespace image {
namespace {

constexpr std::size_t largest_answer = 1 << 20;

std::string basic(const Login& login) {
  return "Basic " + base::base64_encode(login.user + ":" + login.password);
}

std::vector<Challenge> challenges_of(const HttpResponse& response) {
  std::vector<Challenge> all;
  for (const Header& header : response.headers)
    if (header.name == "www-authenticate")
      for (Challenge& one : parse_challenges(header.value)) all.push_back(std::move(one));
  return all;
}

const Challenge* find(const std::vector<Challenge>& challenges, std::string_view scheme) {
  const auto found =
      std::ranges::find_if(challenges, [&](const Challenge& c) { return c.scheme == scheme; });
  return found == challenges.end() ? nullptr : &*found;
}

std::string parameter(const Challenge& challenge, const char* name) {
  const auto found = challenge.parameters.find(name);
  return found == challenge.parameters.end() ? "" : found->second;
}

// Of the request for a token by a refresh token: several scopes are one there.
std::string form_of(const std::vector<std::string>& scopes, const std::string& service) {
  std::string form = "scope=" + percent_encode(base::join(scopes, " "));
  if (!service.empty()) form += "&service=" + percent_encode(service);
  return form;
}

HttpRequest token_request(const std::string& realm, const std::string& service,
                          const std::vector<std::string>& scopes,
                          const std::optional<Login>& login) {
  std::vector<std::string> query;
  query.reserve(scopes.size() + 2);
  for (const std::string& scope : scopes) query.push_back("scope=" + percent_encode(scope));
  if (!service.empty()) query.push_back("service=" + percent_encode(service));
  if (login && !login->identity_token.empty())
    return {.method = "POST",
            .url = realm,
            .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
            .body = form_of(scopes, service) + "&grant_type=refresh_token&client_id=vxn" +
                    "&refresh_token=" + percent_encode(login->identity_token)};
  if (login && !login->user.empty()) query.push_back("account=" + percent_encode(login->user));
  HttpRequest request{.url = realm};
  if (!query.empty())
    request.url += (realm.find('?') == std::string::npos ? "?" : "&") + base::join(query, "&");
  if (login && !login->user.empty()) request.headers.push_back({"Authorization", basic(*login)});
  return request;
}

// It goes into a header.
bool is_token(std::string_view text) {
  return !text.empty() && text.size() <= (std::size_t{64} << 10) &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

}  // namespace

std::string Authorization::header() const {
  const std::scoped_lock lock(mutex_);
  return header_;
}

std::string Authorization::fetch_token(const HttpResponse& refusal, const std::string& realm,
                                       const std::string& service, Transport& transport) const {
  const auto from = parse_url(refusal.url);
  const auto to = parse_url(realm);
  if (!from || !to || (from->scheme == "https" && to->scheme == "http"))
    throw base::Error(base::ErrorKind::denied, "the registry sends us for a token to " +
                                                   base::printable(realm) +
                                                   ", where no secret may go");
  const HttpRequest request = token_request(to->text, service, scopes_, login_);
  std::string body;
  const HttpResponse answer = transport.exchange(request, collect_into(body, largest_answer));
  if (answer.status == 401 || answer.status == 403) return "";
  if (!answer.success())
    throw base::Error(base::ErrorKind::unavailable, exchange_error(request, answer).message());
  const base::Json json = base::parse_json(body, describe(request), {.bytes = largest_answer});
  std::string token = base::text_member(json, "token");
  if (token.empty()) token = base::text_member(json, "access_token");
  if (!is_token(token))
    throw base::Error(base::ErrorKind::corrupt, describe(request) + ": no token in the answer");
  return token;
}

bool Authorization::satisfy(const HttpResponse& refusal, const std::string& used,
                            Transport& transport) {
  const std::scoped_lock lock(mutex_);
  if (header_ != used) return true;  // somebody else was faster
  const std::vector<Challenge> challenges = challenges_of(refusal);
  std::string fresh;
  if (const Challenge* bearer = find(challenges, "bearer")) {
    const std::string token = login_ && !login_->registry_token.empty()
                                  ? login_->registry_token
                                  : fetch_token(refusal, parameter(*bearer, "realm"),
                                                parameter(*bearer, "service"), transport);
    if (!token.empty()) fresh = "Bearer " + token;
  }
  const bool has_password = login_ && !login_->user.empty();
  if (fresh.empty() && has_password && find(challenges, "basic") != nullptr) fresh = basic(*login_);
  if (fresh.empty() || fresh == used) return false;
  header_ = fresh;
  return true;
}

HttpResponse AuthorizedTransport::exchange(const HttpRequest& request, const BodySink& sink) {
  for (int attempt = 0;; ++attempt) {
    const std::string used = authorization_.header();
    HttpRequest signed_request = request;
    if (!used.empty()) signed_request.headers.push_back({"Authorization", used});
    HttpResponse response = next_.exchange(signed_request, sink);
    // Twice: a token may have expired, and a challenge may come after one.
    if (response.status != 401 || attempt == 2) return response;
    const auto asked = parse_url(request.url);
    const auto answered = parse_url(response.url);
    // Whoever a redirect led to does not get our secrets.
    if (!asked || !answered || !asked->same_origin(*answered)) return response;
    if (!authorization_.satisfy(response, used, next_)) return response;
  }
}

}  // namespace image
