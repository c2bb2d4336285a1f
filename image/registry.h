// One repository of a registry (OCI distribution-spec), for pulling.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "image/growing_file.h"
#include "image/image.h"
#include "image/reference.h"
#include "image/transport.h"
#include "image/trust_policy.h"

namespace image {

// Where a name's domain is found: "registry-1.docker.io" for docker.io.
std::string registry_host(const std::string& domain);

// "https://registry-1.docker.io" for docker.io; for an insecure registry what answers, https before
// http. `transport` should not retry.
std::string find_endpoint(const Reference& name, const TrustPolicy& policy, Transport& transport);

struct FetchedManifest {
  std::string bytes;
  std::string content_type;
  Digest digest;
};

// Called with what has come of a blob so far.
using BlobProgress = std::function<void(std::uint64_t)>;

class Repository {
 public:
  // `transport` retries, redirects and authorizes.
  Repository(Transport& transport, std::string endpoint, Reference name, NameDefaults names)
      : transport_(transport),
        endpoint_(std::move(endpoint)),
        name_(std::move(name)),
        names_(std::move(names)) {}

  // By tag or digest; a digest is verified. Errors speak of the image in docker's words.
  FetchedManifest manifest(const std::string& tag_or_digest) const;
  // In memory; digest and size are verified.
  std::string small_blob(const Descriptor& blob, std::size_t limit) const;
  // Verified, finish() included; broken off, it goes on where it stopped. Throws without fail().
  void blob(const Descriptor& blob, GrowingFile& file, const BlobProgress& progress) const;

 private:
  HttpRequest blob_request(const Descriptor& blob) const;

  Transport& transport_;
  std::string endpoint_;
  Reference name_;
  NameDefaults names_;
};

}  // namespace image
