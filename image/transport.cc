#include "image/transport.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace image {

std::optional<std::string> HttpResponse::header(std::string_view name) const {
  const auto found = std::ranges::find_if(headers, [&](const Header& h) { return h.name == name; });
  if (found == headers.end()) return std::nullopt;
  return found->value;
}

BodySink collect_into(std::string& body, std::size_t limit) {
  return {.start = [&body](const HttpResponse&) { body.clear(); },
          .data =
              [&body, limit](std::span<const std::byte> bytes) {
                if (bytes.size() > limit - body.size())
                  throw base::Error(base::ErrorKind::corrupt, "the answer is larger than " +
                                                                  std::to_string(limit) + " bytes");
                body.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
              }};
}

std::string describe(const HttpRequest& request) {
  return request.method + " " + base::printable(request.url.substr(0, request.url.find('?')));
}

}  // namespace image
