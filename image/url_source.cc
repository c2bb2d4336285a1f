#include "image/url_source.h"

#include <utility>

#include "image/redirect.h"
#include "image/registry_error.h"

namespace image {

UrlSource::UrlSource(std::string url, TransportFactory make_transport, RetryPolicy retry)
    : url_(std::move(url)),
      make_transport_(std::move(make_transport)),
      retry_(std::move(retry)),
      thread_([this] { run(); }) {}

UrlSource::~UrlSource() {
  cancelled_ = true;
  pipe_.first.reset();  // a write that waits for a reader fails
  if (thread_.joinable()) thread_.join();
}

void UrlSource::run() {
  const base::UniqueFd output = std::move(pipe_.second);  // its closing is the end
  try {
    fetch(output.get());
  } catch (const base::Error& error) {
    failure_ = error;
  } catch (const std::exception& error) {
    failure_ = base::Error(error.what());
  }
}

void UrlSource::fetch(int output) {
  const std::unique_ptr<Transport> network = make_transport_(cancelled_);
  RetryTransport again(*network, retry_);
  RedirectTransport redirected(again);
  const HttpRequest request{.url = url_};
  const BodySink sink{.data = [output](auto bytes) { base::write_all(output, bytes); }};
  const HttpResponse response = redirected.exchange(request, sink);
  if (!response.success()) throw exchange_error(request, response);
}

std::size_t UrlSource::read(std::span<std::byte> buffer) {
  const std::size_t count = base::read_some(pipe_.first.get(), buffer).value_or(0);
  if (count > 0 || buffer.empty()) return count;
  if (thread_.joinable()) thread_.join();
  if (failure_) throw *failure_;
  return 0;
}

}  // namespace image
