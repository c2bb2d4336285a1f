#include "image/upload.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "image/registry_error.h"
#include "image/url.h"

namespace image {
namespace {

using base::ErrorKind;

// Attempts in a row that brought nothing.
constexpr int most_idle_attempts = 3;

const Header octets{.name = "Content-Type", .value = "application/octet-stream"};

// "0-1023": how many bytes the registry has; 0 where it does not say.
std::uint64_t received(const HttpResponse& response) {
  const std::string range = response.header("range").value_or("");
  const std::size_t dash = range.find('-');
  if (dash == std::string::npos) return 0;
  const auto last = base::parse_number<std::uint64_t>(range.substr(dash + 1));
  return last && *last > 0 ? *last + 1 : 0;
}

std::string with_query(const std::string& url, const std::string& query) {
  return url + (url.find('?') == std::string::npos ? "?" : "&") + query;
}

}  // namespace

// An upload that the registry has opened.
struct UploadRepository::Session {
  std::string location;
  std::uint64_t sent = 0;

  // Where to go on, as an answer to `request` says.
  void follow(const HttpRequest& request, const HttpResponse& response) {
    const auto from = parse_url(request.url);
    const auto to =
        from ? resolve_url(*from, response.header("location").value_or("")) : std::nullopt;
    if (!response.header("location") || !to)
      throw base::Error(ErrorKind::corrupt,
                        describe(request) + ": the registry does not say where to send the blob");
    if (from->scheme == "https" && to->scheme == "http")
      throw base::Error(ErrorKind::denied,
                        describe(request) + ": a location that would give up encryption");
    location = to->text;
  }
};

// Where a registry sends us elsewhere, our secrets stay.
HttpResponse UploadRepository::exchange(const HttpRequest& request) {
  const auto registry = parse_url(endpoint_);
  const auto asked = parse_url(request.url);
  const bool own = registry && asked && registry->same_origin(*asked);
  return (own ? connection_.transport() : connection_.anonymous()).exchange(request, {});
}

bool UploadRepository::has_blob(const Descriptor& blob) {
  const HttpRequest request{.method = "HEAD", .url = url("/blobs/" + blob.digest.text())};
  const HttpResponse response = exchange(request);
  if (response.success()) return true;
  if (response.status == 404) return false;
  throw exchange_error(request, response);
}

// False: it did not, and may have opened an upload instead.
bool UploadRepository::mount(const Descriptor& blob, const std::string& source, Session& session) {
  const HttpRequest request{
      .method = "POST",
      .url = url("/blobs/uploads/?mount=" + percent_encode(blob.digest.text()) +
                 "&from=" + percent_encode(source))};
  const HttpResponse response = exchange(request);
  if (response.status == 202) session.follow(request, response);
  return response.status == 201;
}

UploadRepository::Session UploadRepository::begin() {
  const HttpRequest request{.method = "POST", .url = url("/blobs/uploads/")};
  const HttpResponse response = exchange(request);
  if (response.status != 202) throw exchange_error(request, response);
  Session session;
  session.follow(request, response);
  return session;
}

Upload UploadRepository::put_blob(const Descriptor& blob, const BodySource& content,
                                  const std::vector<std::string>& sources,
                                  const BlobProgress& progress, std::string& source) {
  if (has_blob(blob)) return Upload::existed;
  Session session;
  for (const std::string& from : sources) {
    if (session.location.empty() && mount(blob, from, session)) {
      source = from;
      return Upload::mounted;
    }
  }
  if (session.location.empty()) session = begin();
  send(session, blob, content, progress);
  complete(session, blob);
  return Upload::sent;
}

// All that is left in one request; where it breaks off, the registry knows how much came.
void UploadRepository::send(Session& session, const Descriptor& blob, const BodySource& content,
                            const BlobProgress& progress) {
  int idle = 0;
  while (session.sent < blob.bytes || blob.bytes == 0) {
    const std::uint64_t start = session.sent;
    const BodySource rest{.bytes = blob.bytes - start,
                          .read = [&](std::uint64_t offset, std::span<std::byte> buffer) {
                            const std::size_t size = content.read(start + offset, buffer);
                            progress(start + offset + size);
                            return size;
                          }};
    HttpRequest request{
        .method = "PATCH", .url = session.location, .headers = {octets}, .source = rest};
    if (start > 0)
      request.headers.push_back(
          {"Content-Range", std::to_string(start) + "-" + std::to_string(blob.bytes - 1)});
    try {
      const HttpResponse response = exchange(request);
      if (response.status != 202) throw exchange_error(request, response);
      session.follow(request, response);
      session.sent = blob.bytes;
      return;
    } catch (const base::Error& error) {
      if (error.kind() != ErrorKind::unavailable || ++idle >= most_idle_attempts) throw;
    }
    if (!goes_on(session, blob)) session = begin();
    if (session.sent > start) idle = 0;
  }
}

// Whether the registry still knows of it, and how far it came.
bool UploadRepository::goes_on(Session& session, const Descriptor& blob) {
  const HttpRequest request{.method = "GET", .url = session.location};
  const HttpResponse response = exchange(request);
  const std::uint64_t there = received(response);
  if (response.status != 204 || there > blob.bytes) return false;
  if (response.header("location")) session.follow(request, response);
  session.sent = there;
  return true;
}

void UploadRepository::complete(const Session& session, const Descriptor& blob) {
  const HttpRequest request{
      .method = "PUT",
      .url = with_query(session.location, "digest=" + percent_encode(blob.digest.text())),
      .headers = {octets}};
  const HttpResponse response = exchange(request);
  if (!response.success()) throw exchange_error(request, response);
}

void UploadRepository::put_manifest(const std::string& tag_or_digest, const Descriptor& manifest,
                                    std::string bytes) {
  const HttpRequest request{.method = "PUT",
                            .url = url("/manifests/" + tag_or_digest),
                            .headers = {{"Content-Type", manifest.media_type}},
                            .body = std::move(bytes)};
  const HttpResponse response = exchange(request);
  if (!response.success()) throw exchange_error(request, response);
  const std::string digest = response.header("docker-content-digest").value_or("");
  if (!digest.empty() && digest != manifest.digest.text())
    throw base::Error(ErrorKind::corrupt, describe(request) + ": the registry has stored " +
                                              base::printable(digest, 100) + " instead of " +
                                              manifest.digest.text());
}

}  // namespace image
