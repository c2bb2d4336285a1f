// What may be done with a device.
#pragma once

namespace xen {

enum class Access { read_only, read_write };

}  // namespace xen
