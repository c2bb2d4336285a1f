#include "monitor/host.h"

#include "xen/host.h"
#include "xen/xenstore_client.h"

namespace monitor {
namespace {

constexpr base::Milliseconds module_limit{30'000};

}  // namespace

Host connect_host() {
  xen::require_xen();
  xen::ensure_modules(base::Deadline::after(module_limit));
  return {.store = xen::connect_xenstore(), .hypervisor = std::make_unique<xen::Hypervisor>()};
}

}  // namespace monitor
