// The toolstack of every Xen: the program `xl`, one process per call, without its daemon.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "xen/toolstack.h"
#include "xen/xenstore.h"

namespace xen {

struct XlOptions {
  // Where the generated configuration lies while xl reads it; must exist. On tmpfs.
  std::string directory;
  // A lock that we hold, or -1: every xl that changes a domain inherits it, so that the lock stays
  // held while xl still works although we were killed.
  int lock_fd = -1;
  base::Milliseconds create_limit{std::chrono::minutes(2)};
  base::Milliseconds limit{std::chrono::minutes(1)};  // every other call
  std::string program = "xl";
};

class XlToolstack : public Toolstack {
 public:
  // `store` must outlive it.
  XlToolstack(XenStore& store, XlOptions options);

  DomainId create(const DomainConfig& config) override;
  void unpause(DomainId domain) override;
  void rename(DomainId domain, const std::string& name) override;
  bool shutdown(DomainId domain, std::chrono::seconds grace) override;
  void destroy(DomainId domain) override;
  // One `xl list` (0.3 s). Where libxenctrl is linked, Hypervisor::find is one hypercall.
  std::optional<DomainInfo> find(const base::Uuid& uuid) override;
  std::vector<DomainInfo> list() override;

 private:
  // Standard output of `xl WORDS…`; throws what xl complained about.
  std::string run(const std::vector<std::string>& words, base::Milliseconds limit);
  DomainId number_of(const base::Uuid& uuid);
  void remove_attempt(const base::Uuid& uuid);
  std::optional<DomainInfo> find(DomainId domain);

  XenStore& store_;
  XlOptions options_;
};

}  // namespace xen
