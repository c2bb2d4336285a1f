// The seam to the network: one HTTP exchange. Decorators (redirects, retries, authorization) wrap
// one another; CurlTransport is the innermost, a fake in tests.
#pragma once

#include <cstddef>
#include <cstdint>
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

// A body that is read while it goes, and may be again from its beginning (a request that is
// repeated).
struct BodySource {
  std::uint64_t bytes = 0;
  // What is at `offset`, as much as there is room for; called with what is below `bytes` only.
  // Throws; that comes out of exchange().
  std::function<std::size_t(std::uint64_t offset, std::span<std::byte> buffer)> read;
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  std::vector<Header> headers;
  std::string body;
  std::optional<BodySource> source = std::nullopt;  // instead of `body`
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
