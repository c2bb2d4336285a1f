// The seam to the network: one HTTP exchange. Decorators (redirects, retries, authorization) wrap
// one another; CurlTransport is the innermost, a fake in tests.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace image {

struct Header {
  std::string name;  // lower case in responses
  std::string value;
  bool operator==(const Header&) const = default;
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  std::vector<Header> headers;
  std::string body;
};

struct HttpResponse {
  int status = 0;
  std::vector<Header> headers;
  std::string body;  // of anything but a success, at most 64 KiB of it
  std::string url;   // that answered, after redirects

  bool success() const { return status >= 200 && status < 300; }
  // The first of that name.
  std::optional<std::string> header(std::string_view name) const;
};

// Takes the body of a success. What it throws ends the exchange and comes out of exchange().
struct BodySink {
  // Status and headers, once, before the first byte.
  std::function<void(const HttpResponse&)> start = [](const HttpResponse&) {};
  std::function<void(std::span<const std::byte>)> data = [](std::span<const std::byte>) {};
};

class Transport {
 public:
  virtual ~Transport() = default;
  // A status is an answer, whichever it is. Throws base::Error where there is none: unavailable
  // (not reached, broken off, stalled), denied (a certificate that is not trusted), interrupted.
  virtual HttpResponse exchange(const HttpRequest& request, const BodySink& sink) = 0;
};

// Collects a body in memory; more than `limit` bytes throw corrupt.
BodySink collect_into(std::string& body, std::size_t limit);

// "GET https://host/path", without the query, which may hold secrets; printable.
std::string describe(const HttpRequest& request);

}  // namespace image
