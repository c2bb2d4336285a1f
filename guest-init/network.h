// The network of a container's own namespace.
#pragma once

namespace guest_init {

bool bring_up_loopback();

}  // namespace guest_init
