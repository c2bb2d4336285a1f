// Questions and orders to Xen itself (libxenctrl): one hypercall each, no xl. Own static library,
// xen_hypervisor: linking libxenctrl costs every start of a program.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "xen/domain.h"

namespace xen {

struct Capabilities {
  bool pv = false;
  bool hvm = false;
  bool hap = false;  // nested page tables
};
// PVH where the processor carries it well, else PV.
GuestType best_guest_type(const Capabilities& capabilities);

class Hypervisor {
 public:
  // Throws unavailable where this machine runs no Xen, denied without the privilege.
  Hypervisor();
  Hypervisor(const Hypervisor&) = delete;
  Hypervisor& operator=(const Hypervisor&) = delete;
  ~Hypervisor();

  // What new domains can have, pages still to be scrubbed included.
  std::uint64_t free_memory_mib();
  std::uint64_t total_memory_mib();
  Capabilities capabilities();

  // Names are empty. nullopt where there is none.
  std::optional<DomainInfo> find(DomainId domain);
  std::optional<DomainInfo> find(const base::Uuid& uuid);
  std::vector<DomainInfo> list();  // all but dom0

  // Throw not_found where there is no such domain.
  void pause(DomainId domain);
  void unpause(DomainId domain);
  // Its memory goes at once, but for what somebody has mapped. Its nodes are not touched.
  void destroy(DomainId domain);

 private:
  struct Handle;
  std::unique_ptr<Handle> handle_;
};

}  // namespace xen
