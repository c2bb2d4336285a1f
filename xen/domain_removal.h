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

// Ends it at once and removes all that is kept of it. One that is gone is no error; killed
// half-way, it can be done again as long as the domain is there.
void remove_domain(const RemovalParts& parts, const DomainInfo& domain);

}  // namespace xen
