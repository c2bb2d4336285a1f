#include "image/retry.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/text.h"

namespace image {
namespace {

bool asks_to_come_again(int status) {
  static constexpr std::array statuses{408, 429, 500, 502, 503, 504};
  return std::ranges::find(statuses, status) != statuses.end();
}

// RFC 9110, 10.2.3: seconds. A date is not worth reading: the usual delay will do.
std::optional<base::Milliseconds> retry_after(const HttpResponse& response) {
  const auto header = response.header("retry-after");
  const auto seconds = header ? base::parse_number<unsigned>(*header) : std::nullopt;
  if (!seconds) return std::nullopt;
  return std::chrono::seconds(*seconds);
}

class Delays {
 public:
  explicit Delays(const RetryPolicy& policy) : policy_(policy), next_(policy.first_delay) {}

  // False: not to be waited for.
  bool wait(std::optional<base::Milliseconds> asked_for) {
    if (asked_for && *asked_for > policy_.longest_asked_for) return false;
    policy_.sleep(std::max(next_, asked_for.value_or(next_)));
    next_ = std::min(next_ * 2, policy_.longest_delay);
    return true;
  }

 private:
  const RetryPolicy& policy_;
  base::Milliseconds next_;
};

}  // namespace

HttpResponse RetryTransport::exchange(const HttpRequest& request, const BodySink& sink) {
  Delays delays(policy_);
  bool started = false;
  const BodySink watched{.start =
                             [&](const HttpResponse& head) {
                               started = true;
                               sink.start(head);
                             },
                         .data = sink.data};
  for (int attempt = 1;; ++attempt) {
    try {
      HttpResponse response = next_.exchange(request, watched);
      const bool last = request.source || attempt >= policy_.attempts;
      if (!asks_to_come_again(response.status) || last) return response;
      if (!delays.wait(retry_after(response))) return response;
    } catch (const base::Error& error) {
      const bool passing = error.kind() == base::ErrorKind::unavailable && !started;
      if (!passing || request.source || attempt >= policy_.connection_attempts) throw;
      delays.wait(std::nullopt);
    }
  }
}

}  // namespace image
