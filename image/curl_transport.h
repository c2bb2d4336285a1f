// HTTP by libcurl. From the environment come proxies, but not for this machine, and $SSL_CERT_DIR
// for the system's directory of certificates.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "image/host_certificates.h"
#include "image/transport.h"

namespace image {

struct CurlOptions {
  std::string ca_pem;  // trusted beside the system's; may be empty
  // What TLS with "HOST:PORT" needs beside that; null: nothing. Must stay where it is.
  std::function<const HostCertificates*(const std::string&)> certificates = [](const std::string&) {
    return nullptr;
  };
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
