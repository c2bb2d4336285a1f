#include "image/registry.h"

#include "base/error.h"
#include "image/manifest.h"
#include "image/registry_error.h"
#include "image/sha256.h"

namespace image {
namespace {

using base::ErrorKind;

// Attempts in a row that brought nothing, and all of them.
constexpr int most_idle_attempts = 3;
constexpr int most_attempts = 50;

void check_digest(const Digest& got, const Digest& wanted) {
  if (got != wanted)
    throw base::Error(ErrorKind::corrupt,
                      "its digest is " + got.text() + " instead of " + wanted.text());
}

[[noreturn]] void wrong_size(std::uint64_t got, std::uint64_t wanted) {
  throw base::Error(ErrorKind::corrupt,
                    (got > wanted ? "more than " + std::to_string(wanted)
                                  : std::to_string(got) + " instead of " + std::to_string(wanted)) +
                        " bytes");
}

// "bytes 1000-1999/2000"
bool starts_at(const HttpResponse& response, std::uint64_t offset) {
  return response.header("content-range")
      .value_or("")
      .starts_with("bytes " + std::to_string(offset) + "-");
}

// A download that goes on where it was broken off.
class Download {
 public:
  Download(const Descriptor& blob, GrowingFile& file, const BlobProgress& progress)
      : blob_(blob), file_(file), progress_(progress) {}

  std::uint64_t size() const { return size_; }

  HttpRequest next_request(HttpRequest request) const {
    if (size_ > 0) request.headers.push_back({"Range", "bytes=" + std::to_string(size_) + "-"});
    return request;
  }

  BodySink sink() {
    return {.start = [this](const HttpResponse& head) { start(head); },
            .data = [this](std::span<const std::byte> bytes) { take(bytes); }};
  }

  void finish() {
    if (size_ != blob_.bytes) wrong_size(size_, blob_.bytes);
    check_digest(hash_.finish(), blob_.digest);
    file_.finish();
  }

 private:
  void start(const HttpResponse& head) {
    if (head.status == 206 && starts_at(head, size_)) return;
    if (head.status == 206) throw base::Error(ErrorKind::corrupt, "an answer with another range");
    size_ = 0;
    hash_ = Sha256();
    file_.rewind();
  }

  void take(std::span<const std::byte> bytes) {
    if (bytes.size() > blob_.bytes - size_) wrong_size(blob_.bytes + 1, blob_.bytes);
    hash_.update(bytes);
    file_.append(bytes);
    size_ += bytes.size();
    progress_(size_);
  }

  const Descriptor& blob_;
  GrowingFile& file_;
  const BlobProgress& progress_;
  Sha256 hash_;
  std::uint64_t size_ = 0;
};

}  // namespace

std::string registry_host(const std::string& domain) {
  return domain == "docker.io" ? "registry-1.docker.io" : domain;
}

std::string find_endpoint(const Reference& name, const TrustPolicy& policy, Transport& transport) {
  const std::string host = registry_host(name.domain());
  if (!policy.is_insecure(name.domain())) return "https://" + host;
  try {
    transport.exchange({.url = "https://" + host + "/v2/"}, {});
    return "https://" + host;
  } catch (const base::Error& error) {
    if (error.kind() == ErrorKind::interrupted) throw;
  }
  transport.exchange({.url = "http://" + host + "/v2/"}, {});
  return "http://" + host;
}

FetchedManifest Repository::manifest(const std::string& tag_or_digest) const {
  const HttpRequest request{
      .url = endpoint_ + "/v2/" + name_.path() + "/manifests/" + tag_or_digest,
      .headers = {{"Accept", accepted_manifests()}}};
  FetchedManifest fetched;
  const HttpResponse response =
      transport_.exchange(request, collect_into(fetched.bytes, largest_manifest));
  if (!response.success()) throw manifest_error(request, response, name_, names_);
  fetched.content_type = response.header("content-type").value_or("");
  fetched.digest = sha256_of(fetched.bytes);
  if (const auto wanted = Digest::try_parse(tag_or_digest))
    base::doing("the manifest of " + name_.familiar(names_),
                [&] { check_digest(fetched.digest, *wanted); });
  return fetched;
}

HttpRequest Repository::blob_request(const Descriptor& blob) const {
  return {.url = endpoint_ + "/v2/" + name_.path() + "/blobs/" + blob.digest.text()};
}

std::string Repository::small_blob(const Descriptor& blob, std::size_t limit) const {
  if (blob.bytes > limit) wrong_size(blob.bytes, limit);
  const HttpRequest request = blob_request(blob);
  std::string bytes;
  const HttpResponse response = transport_.exchange(request, collect_into(bytes, blob.bytes));
  if (!response.success()) throw exchange_error(request, response);
  if (bytes.size() != blob.bytes) wrong_size(bytes.size(), blob.bytes);
  check_digest(sha256_of(bytes), blob.digest);
  return bytes;
}

void Repository::blob(const Descriptor& blob, GrowingFile& file,
                      const BlobProgress& progress) const {
  const HttpRequest request = blob_request(blob);
  Download download(blob, file, progress);
  int idle = 0;
  for (int attempt = 1;; ++attempt) {
    const std::uint64_t before = download.size();
    try {
      const HttpResponse response =
          transport_.exchange(download.next_request(request), download.sink());
      if (!response.success()) throw exchange_error(request, response);
      return download.finish();
    } catch (const base::Error& error) {
      idle = download.size() > before ? 0 : idle + 1;
      const bool again = error.kind() == ErrorKind::unavailable && before + download.size() > 0;
      if (!again || idle >= most_idle_attempts || attempt >= most_attempts) throw;
    }
  }
}

}  // namespace image
