// Answers a registry's challenges: Basic, or a Bearer token fetched from where the registry says
// (distribution, docs/spec/auth/token.md and oauth.md).
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "image/credentials.h"
#include "image/transport.h"

namespace image {

// What several downloads share: the header that was found to work.
class Authorization {
 public:
  // `scopes`: "repository:library/alpine:pull", each for a repository.
  Authorization(std::optional<Login> login, std::vector<std::string> scopes)
      : login_(std::move(login)), scopes_(std::move(scopes)) {}

  // Empty before the first challenge.
  std::string header() const;
  // Finds out what to send after `refusal` (a 401) of a request that was sent with `used`. False:
  // there is nothing better. Throws where the token server does not answer. `transport` is used for
  // the token.
  bool satisfy(const HttpResponse& refusal, const std::string& used, Transport& transport);

 private:
  std::string fetch_token(const HttpResponse& refusal, const std::string& realm,
                          const std::string& service, Transport& transport) const;

  std::optional<Login> login_;
  std::vector<std::string> scopes_;
  mutable std::mutex mutex_;
  std::string header_;
};

class AuthorizedTransport : public Transport {
 public:
  AuthorizedTransport(Transport& next, Authorization& authorization)
      : next_(next), authorization_(authorization) {}
  HttpResponse exchange(const HttpRequest& request, const BodySink& sink) override;

 private:
  Transport& next_;
  Authorization& authorization_;
};

}  // namespace image
