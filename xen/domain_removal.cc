#include "xen/domain_removal.h"

#include <cassert>

#include "base/error.h"
#include "xen/domain_traces.h"

namespace xen {

void remove_domain(const RemovalParts& parts, const DomainInfo& domain) {
  assert(domain.id != dom0);
  if (!has_only_our_devices(parts.store, domain.id)) return parts.toolstack.destroy(domain.id);
  try {
    parts.hypervisor.pause(domain.id);
    remove_nodes(parts.store, domain);
    remove_libxl_files(libxl_directory, domain);
    parts.hypervisor.destroy(domain.id);
    // A back end that was just connecting has written its nodes anew.
    if (has_back_ends(parts.store, domain.id)) remove_nodes(parts.store, domain);
  } catch (const base::Error& error) {
    if (error.kind() != base::ErrorKind::not_found) throw;
  }
}

}  // namespace xen
