#include "xen/domain_removal.h"

#include <cassert>

#include "base/error.h"
#include "base/log.h"
#include "xen/block_device.h"
#include "xen/domain_traces.h"

namespace xen {
namespace {

constexpr base::Milliseconds close_limit{5'000};

}  // namespace

void remove_domain(const RemovalParts& parts, const DomainInfo& domain) {
  assert(domain.id != dom0);
  if (!has_only_our_devices(parts.store, domain.id)) return parts.toolstack.destroy(domain.id);
  try {
    parts.hypervisor.pause(domain.id);
    if (!close_for_guest(parts.store, domain.id, base::Deadline::after(close_limit)))
      base::log_debug("the disks of domain {} do not close", domain.id.number);
    remove_nodes(parts.store, domain);
    remove_libxl_files(libxl_directory, domain);
    parts.hypervisor.destroy(domain.id);
  } catch (const base::Error& error) {
    if (error.kind() != base::ErrorKind::not_found) throw;
  }
}

}  // namespace xen
