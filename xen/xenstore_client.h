// XenStore over xenstored's socket, or /dev/xen/xenbus where xenstored is elsewhere. Speaks the
// wire protocol itself (xen/include/public/io/xs_wire.h): libxenstore can neither give up on a
// silent xenstored nor send several requests before it reads the first answer.
#pragma once

#include <memory>
#include <string>

#include "xen/xenstore.h"

namespace xen {

// For one thread. Throws unavailable where nothing answers. `patience` bounds every single answer.
std::unique_ptr<XenStore> connect_xenstore(base::Milliseconds patience = std::chrono::seconds(10));

}  // namespace xen
