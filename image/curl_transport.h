// HTTP by libcurl. Proxies are taken from the environment.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "image/transport.h"

namespace image {

struct CurlOptions {
  std::string ca_pem;                      // trusted beside the system's; may be empty
  std::chrono::seconds stall_timeout{30};  // of connecting, and of moving less than 64 bytes/s
  // Whether the certificate of "HOST:PORT" is not to be checked.
  std::function<bool(const std::string&)> insecure = [](const std::string&) { return false; };
  const std::atomic<bool>* cancelled = nullptr;  // looked at once a second at least
};

// One exchange at a time; connections are kept for the next. Follows no redirects.
class CurlTransport : public Transport {
 public:
  explicit CurlTransport(CurlOptions options);
  ~CurlTransport() override;
  HttpResponse exchange(const HttpRequest& request, const BodySink& sink) override;

 private:
  struct Handle;
  CurlOptions options_;
  std::unique_ptr<Handle> handle_;
};

// Once in a process, before its first thread.
void start_curl();

}  // namespace image
