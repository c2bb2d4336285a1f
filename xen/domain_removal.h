// The end of a domain by two hypercalls: a third of the time of `xl destroy`, which starts a
// process for itself and one for each disk.
#pragma once

#include "xen/hypervisor.h"
#include "xen/toolstack.h"
#include "xen/xenstore.h"

namespace xen {

struct RemovalParts {
  Hypervisor& hypervisor;
  XenStore& store;
  Toolstack& toolstack;  // for a domain to which somebody attached what is not ours
};

// Ends a domain at once and removes all that is kept of it, in two steps with time for other things
// between them. A domain that is gone is no error; cut short, it can be done again from the
// beginning as long as the domain is there.
class DomainRemoval {
 public:
  DomainRemoval(const RemovalParts& parts, DomainInfo domain) : parts_(parts), domain_(domain) {}
  // It runs no more, and its disks begin to close.
  void begin();
  void finish();

 private:
  RemovalParts parts_;
  DomainInfo domain_;
  bool ours_ = false;  // has nothing that only somebody's xl can take apart
};

// Both steps.
void remove_domain(const RemovalParts& parts, const DomainInfo& domain);

}  // namespace xen
