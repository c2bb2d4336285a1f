// What a supervisor needs of the host, whichever its container is.
#pragma once

#include <memory>

#include "xen/hypervisor.h"
#include "xen/xenstore.h"

namespace monitor {

struct Host {
  std::unique_ptr<xen::XenStore> store;
  std::unique_ptr<xen::Hypervisor> hypervisor;
};

// Loads dom0's modules where they miss. Throws unavailable or denied where no domain can be run.
Host connect_host();

}  // namespace monitor
