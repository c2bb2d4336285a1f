#include "image/curl_transport.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "base/error.h"
#include "base/text.h"
#include "image/trust_policy.h"
#include "image/url.h"

namespace image {
namespace {

constexpr std::size_t largest_error_body = std::size_t{64} * 1024;
constexpr std::size_t most_headers = 1000;

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

void append(HeaderList& list, const std::string& line) {
  curl_slist* grown = curl_slist_append(list.get(), line.c_str());
  if (grown == nullptr) throw base::Error("no memory for HTTP headers");
  static_cast<void>(list.release());
  list.reset(grown);
}

HeaderList header_list(const HttpRequest& request) {
  HeaderList list;
  for (const Header& header : request.headers) append(list, header.name + ": " + header.value);
  append(list, "Expect:");  // no waiting for a "100 Continue"
  return list;
}

// One exchange under way: what curl's callbacks write to.
struct Exchange {
  CURL* curl;
  const BodySink& sink;
  const std::atomic<bool>* cancelled;
  const BodySource* source = nullptr;
  std::uint64_t sent = 0;  // of it
  HttpResponse response{};
  bool started = false;
  std::exception_ptr thrown{};

  void header(std::string_view line) {
    if (line.starts_with("HTTP/")) return response.headers.clear();  // a further response
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || response.headers.size() >= most_headers) return;
    response.headers.push_back({.name = base::lower(base::trim(line.substr(0, colon))),
                                .value = std::string(base::trim(line.substr(colon + 1)))});
  }

  void note_status() {
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    response.status = static_cast<int>(status);
  }

  void start() {
    if (started) return;
    started = true;
    note_status();
    if (response.success()) sink.start(response);
  }

  void body(std::span<const std::byte> bytes) {
    start();
    if (response.success()) return sink.data(bytes);
    const std::size_t room = largest_error_body - response.body.size();
    response.body.append(reinterpret_cast<const char*>(bytes.data()), std::min(room, bytes.size()));
  }

  // Exceptions do not pass through C.
  template <typename Work>
  bool guarded(Work work) {
    try {
      work();
      return true;
    } catch (...) {
      thrown = std::current_exception();
      return false;
    }
  }
};

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  return exchange.guarded([&] { exchange.header({data, size * count}); }) ? size * count : 0;
}

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  const auto bytes = std::as_bytes(std::span(data, size * count));
  // Not 0 for an empty piece's failure: anything but its size ends the transfer.
  return exchange.guarded([&] { exchange.body(bytes); }) ? bytes.size() : CURL_WRITEFUNC_ERROR;
}

std::size_t on_upload(char* buffer, std::size_t size, std::size_t count, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  const std::uint64_t left = exchange.source->bytes - exchange.sent;
  const std::size_t room = std::min<std::uint64_t>(left, size * count);
  std::size_t got = 0;
  const bool read = room == 0 || exchange.guarded([&] {
    got = exchange.source->read(exchange.sent, std::as_writable_bytes(std::span(buffer, room)));
  });
  exchange.sent += got;
  return read ? got : CURL_READFUNC_ABORT;
}

// libcurl wants to send it once more.
int on_seek(void* user, curl_off_t offset, int origin) {
  auto& exchange = *static_cast<Exchange*>(user);
  if (origin != SEEK_SET || offset < 0) return CURL_SEEKFUNC_CANTSEEK;
  exchange.sent = static_cast<std::uint64_t>(offset);
  return CURL_SEEKFUNC_OK;
}

int on_progress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  const auto& exchange = *static_cast<Exchange*>(user);
  return exchange.cancelled != nullptr && *exchange.cancelled ? 1 : 0;
}

base::ErrorKind kind_of(CURLcode code) {
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      return base::ErrorKind::denied;
    case CURLE_ABORTED_BY_CALLBACK:
      return base::ErrorKind::interrupted;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return base::ErrorKind::usage;
    default:
      return base::ErrorKind::unavailable;
  }
}

// What OpenSSL says of an answer in plain HTTP, nobody understands.
std::string_view explanation(CURLcode code, std::string_view reason) {
  const bool no_tls = code == CURLE_SSL_CONNECT_ERROR &&
                      reason.find("wrong version number") != std::string_view::npos;
  return no_tls ? " (no TLS: is it to be listed in insecure-registries?)" : "";
}

}  // namespace

struct CurlTransport::Handle {
  struct Free {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  };
  std::unique_ptr<CURL, Free> curl{curl_easy_init()};
  std::array<char, CURL_ERROR_SIZE> reason{};

  template <typename Value>
  void set(CURLoption option, Value value) {
    if (curl_easy_setopt(curl.get(), option, value) != CURLE_OK)
      throw base::Error("setting up an HTTP exchange failed (option " + std::to_string(option) +
                        ")");
  }

  void set_defaults(const CurlOptions& options) {
    const long stall = static_cast<long>(options.stall_timeout.count());
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_USERAGENT, "vxn/" VXN_VERSION);
    set(CURLOPT_CONNECTTIMEOUT, stall);
    set(CURLOPT_LOW_SPEED_LIMIT, 64L);
    set(CURLOPT_LOW_SPEED_TIME, stall);
    set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    // Only for speed; libcurl 7.88 refuses it after a failed transfer.
    static_cast<void>(curl_easy_setopt(curl.get(), CURLOPT_BUFFERSIZE, 256L * 1024));
    set(CURLOPT_ERRORBUFFER, reason.data());
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFOFUNCTION, on_progress);
    set(CURLOPT_HEADERFUNCTION, on_header);
    set(CURLOPT_WRITEFUNCTION, on_body);
    // libcurl's own program has it like OpenSSL; the library does not look.
    if (const char* directory = std::getenv("SSL_CERT_DIR")) set(CURLOPT_CAPATH, directory);
  }

  void set_text(CURLoption option, const std::string& text) {
    curl_blob blob{
        .data = const_cast<char*>(text.data()), .len = text.size(), .flags = CURL_BLOB_COPY};
    set(option, &blob);
  }

  // The system's authorities are found by directory all the same.
  void set_certificates(const CurlOptions& options, const HostCertificates* host) {
    const std::string authorities =
        options.ca_pem + (host != nullptr ? "\n" + host->authorities : "");
    if (!base::trim(authorities).empty()) set_text(CURLOPT_CAINFO_BLOB, authorities);
    if (host == nullptr || host->certificate.empty()) return;
    set_text(CURLOPT_SSLCERT_BLOB, host->certificate);
    set_text(CURLOPT_SSLKEY_BLOB, host->key);
  }

  void set_request(const HttpRequest& request, const HeaderList& headers, bool check_certificate) {
    set(CURLOPT_URL, request.url.c_str());
    set(CURLOPT_HTTPHEADER, headers.get());
    set(CURLOPT_SSL_VERIFYPEER, check_certificate ? 1L : 0L);
    set(CURLOPT_SSL_VERIFYHOST, check_certificate ? 2L : 0L);
    if (request.method == "GET") return set(CURLOPT_HTTPGET, 1L);
    if (request.method == "HEAD") return set(CURLOPT_NOBODY, 1L);
    if (request.source) {
      set(CURLOPT_UPLOAD, 1L);
      set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(request.source->bytes));
      set(CURLOPT_READFUNCTION, on_upload);
      set(CURLOPT_SEEKFUNCTION, on_seek);
    } else {
      set(CURLOPT_POST, 1L);
      set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
      set(CURLOPT_POSTFIELDS, request.body.c_str());
    }
    set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
};

CurlTransport::CurlTransport(CurlOptions options)
    : options_(std::move(options)), handle_(std::make_unique<Handle>()) {
  if (!handle_->curl) throw base::Error("libcurl cannot be set up");
}

CurlTransport::~CurlTransport() = default;

HttpResponse CurlTransport::exchange(const HttpRequest& request, const BodySink& sink) {
  const auto url = parse_url(request.url);
  if (!url)
    throw base::Error(base::ErrorKind::usage, describe(request) + ": not a URL to fetch from");
  CURL* curl = handle_->curl.get();
  curl_easy_reset(curl);  // keeps the connections
  handle_->reason.fill('\0');
  handle_->set_defaults(options_);
  const std::string host = url->host + ":" + url->port;
  handle_->set_certificates(options_, options_.certificates(host));
  if (is_loopback(url->host)) handle_->set(CURLOPT_PROXY, "");
  const HeaderList headers = header_list(request);
  handle_->set_request(request, headers, !options_.insecure(host));
  Exchange exchange{.curl = curl,
                    .sink = sink,
                    .cancelled = options_.cancelled,
                    .source = request.source ? &*request.source : nullptr};
  handle_->set(CURLOPT_HEADERDATA, &exchange);
  handle_->set(CURLOPT_WRITEDATA, &exchange);
  handle_->set(CURLOPT_XFERINFODATA, &exchange);
  handle_->set(CURLOPT_READDATA, &exchange);
  handle_->set(CURLOPT_SEEKDATA, &exchange);

  const CURLcode code = curl_easy_perform(curl);
  if (exchange.thrown) std::rethrow_exception(exchange.thrown);
  if (code != CURLE_OK) {
    const std::string reason = handle_->reason.data();
    throw base::Error(kind_of(code),
                      describe(request) + ": " +
                          base::printable(reason.empty() ? curl_easy_strerror(code) : reason) +
                          std::string(explanation(code, reason)));
  }
  exchange.start();
  exchange.response.url = request.url;
  return exchange.response;
}

void start_curl() {
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
    throw base::Error("libcurl cannot be started");
}

}  // namespace image
