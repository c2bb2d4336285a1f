#include "image/redirect.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/text.h"
#include "image/url.h"

namespace image {
namespace {

constexpr int most_redirects = 10;

bool is_redirect(int status) {
  static constexpr std::array statuses{301, 302, 303, 307, 308};
  return std::ranges::find(statuses, status) != statuses.end();
}

HttpRequest follow(const HttpRequest& request, const std::string& location) {
  const auto refuse = [&](const char* why) {
    throw base::Error(base::ErrorKind::denied,
                      describe(request) + ": a redirect to " +
                          base::printable(location.substr(0, location.find('?'))) + " " + why);
  };
  const auto from = parse_url(request.url);
  const auto to = from ? resolve_url(*from, location) : std::nullopt;
  if (!to) {
    refuse("is not followed");
    return {};
  }
  if (from->scheme == "https" && to->scheme == "http") refuse("would give up encryption");
  HttpRequest next = request;
  next.url = to->text;
  if (!to->same_origin(*from))
    std::erase_if(next.headers,
                  [](const Header& header) { return base::lower(header.name) == "authorization"; });
  return next;
}

}  // namespace

HttpResponse RedirectTransport::exchange(const HttpRequest& request, const BodySink& sink) {
  HttpRequest current = request;
  for (int hops = 0; hops <= most_redirects; ++hops) {
    HttpResponse response = next_.exchange(current, sink);
    const auto location = response.header("location");
    const bool reads = current.method == "GET" || current.method == "HEAD";
    if (!is_redirect(response.status) || !location || !reads) return response;
    current = follow(current, *location);
  }
  throw base::Error(describe(request) + ": more than 10 redirects");
}

}  // namespace image
