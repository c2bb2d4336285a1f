#include "xen/domain_removal.h"

#include <cassert>

#include "base/error.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "xen/block_device.h"
#include "xen/domain_traces.h"

namespace xen {
namespace {

constexpr base::Milliseconds close_limit{5'000};

template <typename Work>
void unless_gone(Work&& work) {
  try {
    work();
  } catch (const base::Error& error) {
    if (error.kind() != base::ErrorKind::not_found) throw;
  }
}

// libxenctrl's handle is for one thread only.
void destroy_by_itself(DomainId domain) {
  unless_gone([&] { Hypervisor().destroy(domain); });
  base::failpoint("parent.domain_gone");
}

// The nodes, by which all is found again, go last.
void remove_traces(XenStore& store, const DomainInfo& domain) {
  if (!wait_closed(store, domain.id, base::Deadline::after(close_limit)))
    base::log_debug("the disks of domain {} do not close", domain.id.number);
  remove_libxl_files(libxl_directory, domain);
  remove_nodes(store, domain);
}

}  // namespace

void DomainRemoval::begin() {
  assert(domain_.id != dom0);
  ours_ = has_only_our_devices(parts_.store, domain_.id);
  if (!ours_) return;
  unless_gone([&] {
    parts_.hypervisor.pause(domain_.id);
    close_for_guest(parts_.store, domain_.id);
  });
  destroyed_ = std::async(std::launch::async, destroy_by_itself, domain_.id);
}

void DomainRemoval::finish() {
  if (!ours_) return parts_.toolstack.destroy(domain_.id);
  remove_traces(parts_.store, domain_);
  destroyed_.get();
}

void remove_domain(const RemovalParts& parts, const DomainInfo& domain) {
  DomainRemoval removal(parts, domain);
  removal.begin();
  removal.finish();
}

void remove_remains(XenStore& store, const base::Uuid& uuid) {
  if (const auto domain = domain_of(store, uuid))
    remove_traces(store, {.id = *domain, .uuid = uuid});
}

void remove_wreckage(Hypervisor& hypervisor, XenStore& store) {
  for (const DomainId domain : nameless_domains(store))
    if (!hypervisor.find(domain)) remove_nodes(store, {.id = domain});
}

}  // namespace xen
