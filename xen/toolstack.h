// The toolstack: the only thing that builds, stops or removes a domain.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "xen/domain.h"

namespace xen {

// The seam. Errors: not_found (the toolstack itself or the kernel is missing), already_exists (the
// name is taken), unavailable (no memory, no Xen, no answer in time), denied, interrupted.
class Toolstack {
 public:
  virtual ~Toolstack() = default;
  // Builds the domain and leaves it paused. Leaves nothing behind where it throws.
  virtual DomainId create(const DomainConfig& config) = 0;
  virtual void unpause(DomainId domain) = 0;
  virtual void rename(DomainId domain, const std::string& name) = 0;
  // Asks the guest to power off and waits for it; false where it has not by then. It stays, ended,
  // until destroy().
  virtual bool shutdown(DomainId domain, std::chrono::seconds grace) = 0;
  // Ends it at once and removes what xl keeps of it; an absent domain is no error.
  virtual void destroy(DomainId domain) = 0;
  virtual std::optional<DomainInfo> find(const base::Uuid& uuid) = 0;
  // All but dom0, ours or not.
  virtual std::vector<DomainInfo> list() = 0;
};

}  // namespace xen
