// A DomainConfig as xl reads it (xl.cfg(5)).
#pragma once

#include <string>

#include "xen/domain.h"

namespace xen {

// No disk, vif, vfb, channel or serial: nothing for which libxl would run a script or QEMU. Throws
// usage for strings that xl's syntax cannot carry (control characters), and for a command line that
// a PV guest could not be given whole.
std::string xl_config(const DomainConfig& config);

}  // namespace xen
