// The end of a domain by two hypercalls: a third of the time of `xl destroy`, which starts a
// process for itself and one for each disk, and takes one thing after the other.
#pragma once

#include <future>
#include <utility>

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
// between them. A domain that is gone is no error. Cut short, it is to be done again: by
// remove_domain() while the domain is there, by remove_remains() after that.
class DomainRemoval {
 public:
  DomainRemoval(const RemovalParts& parts, DomainInfo domain)
      : parts_(parts), domain_(std::move(domain)) {}
  // It runs no more, its disks begin to close, and Xen begins to take it apart, which goes on in a
  // thread. Its nodes are there until finish().
  void begin();
  void finish();

 private:
  RemovalParts parts_;
  DomainInfo domain_;
  bool ours_ = false;  // has nothing that only somebody's xl can take apart
  std::future<void> destroyed_;
};

// Both steps.
void remove_domain(const RemovalParts& parts, const DomainInfo& domain);

// What a removal that was cut short left of a domain that Xen has no more.
void remove_remains(XenStore& store, const base::Uuid& uuid);

// What an xl left whose domain was destroyed under its hands: it goes on writing nodes of a domain
// that Xen does not have, and nothing in them says whose it was.
void remove_wreckage(Hypervisor& hypervisor, XenStore& store);

}  // namespace xen
