// One repository of a registry (OCI distribution-spec), for pushing.
#pragma once

#include <string>
#include <vector>

#include "image/connection.h"
#include "image/image.h"
#include "image/reference.h"
#include "image/registry.h"

namespace image {

enum class Upload { existed, mounted, sent };

class UploadRepository {
 public:
  // `connection` is borrowed, one thread's.
  UploadRepository(Connection& connection, std::string endpoint, Reference name)
      : connection_(connection), endpoint_(std::move(endpoint)), name_(std::move(name)) {}

  // Brings a blob there, unless it is, or the registry takes it over from one of `sources` (paths
  // of its repositories, of which `source` is told). Broken off, it goes on where the registry
  // says. `content` is read from its beginning on.
  Upload put_blob(const Descriptor& blob, const BodySource& content,
                  const std::vector<std::string>& sources, const BlobProgress& progress,
                  std::string& source);
  // Under `tag_or_digest`. Throws corrupt where the registry takes it for something else.
  void put_manifest(const std::string& tag_or_digest, const Descriptor& manifest,
                    std::string bytes);

 private:
  struct Session;
  bool has_blob(const Descriptor& blob);
  bool mount(const Descriptor& blob, const std::string& source, Session& session);
  Session begin();
  void send(Session& session, const Descriptor& blob, const BodySource& content,
            const BlobProgress& progress);
  bool goes_on(Session& session, const Descriptor& blob);
  void complete(const Session& session, const Descriptor& blob);
  HttpResponse exchange(const HttpRequest& request);
  std::string url(const std::string& rest) const {
    return endpoint_ + "/v2/" + name_.path() + rest;
  }

  Connection& connection_;
  std::string endpoint_;
  Reference name_;
};

}  // namespace image
