// Tries again what may work later: 429 and 5xx answers, connections that were refused or reset
// before a byte of a body came. A request whose body is read as it goes is not repeated: how much
// of it came, its sender has to ask.
#pragma once

#include <functional>

#include "base/clock.h"
#include "image/transport.h"

namespace image {

struct RetryPolicy {
  int attempts = 5;             // for answers that ask to come again
  int connection_attempts = 3;  // for no answer at all
  base::Milliseconds first_delay{200};
  base::Milliseconds longest_delay{5000};
  base::Milliseconds longest_asked_for{60000};  // a longer Retry-After is not waited for
  // The clock's seam; throws where the wait is to end early.
  std::function<void(base::Milliseconds)> sleep;
};

class RetryTransport : public Transport {
 public:
  RetryTransport(Transport& next, RetryPolicy policy) : next_(next), policy_(std::move(policy)) {}
  HttpResponse exchange(const HttpRequest& request, const BodySink& sink) override;

 private:
  Transport& next_;
  RetryPolicy policy_;
};

}  // namespace image
