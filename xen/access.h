// What may be done with a device, and how.
#pragma once

namespace xen {

enum class Access { read_only, read_write };
// Whether what is written to one waits for the disk behind it, or may lie in dom0's memory.
enum class Writes { direct, cached };

}  // namespace xen
