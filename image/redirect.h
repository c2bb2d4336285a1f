// Follows redirects as a registry client may: credentials stay with the origin that they were meant
// for, and https never leads to http.
#pragma once

#include "image/transport.h"

namespace image {

class RedirectTransport : public Transport {
 public:
  explicit RedirectTransport(Transport& next) : next_(next) {}
  // Throws denied for a redirect to where we do not follow, failure for more than 10 of them.
  HttpResponse exchange(const HttpRequest& request, const BodySink& sink) override;

 private:
  Transport& next_;
};

}  // namespace image
