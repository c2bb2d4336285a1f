#include "xen/domain_removal.h"

#include <cassert>

#include "base/error.h"
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

}  // namespace

void DomainRemoval::begin() {
  assert(domain_.id != dom0);
  ours_ = has_only_our_devices(parts_.store, domain_.id);
  if (!ours_) return;
  unless_gone([&] {
    parts_.hypervisor.pause(domain_.id);
    close_for_guest(parts_.store, domain_.id);
  });
}

void DomainRemoval::finish() {
  if (!ours_) return parts_.toolstack.destroy(domain_.id);
  unless_gone([&] {
    if (!wait_closed(parts_.store, domain_.id, base::Deadline::after(close_limit)))
      base::log_debug("the disks of domain {} do not close", domain_.id.number);
    remove_nodes(parts_.store, domain_);
    remove_libxl_files(libxl_directory, domain_);
    parts_.hypervisor.destroy(domain_.id);
  });
}

void remove_domain(const RemovalParts& parts, const DomainInfo& domain) {
  DomainRemoval removal(parts, domain);
  removal.begin();
  removal.finish();
}

}  // namespace xen
