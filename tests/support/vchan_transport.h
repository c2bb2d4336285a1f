// The host's end of a real slot as a transport for GuestPeer.
#pragma once

#include <poll.h>

#include <utility>

#include "guest-init/transport.h"
#include "xen/vchan.h"

namespace support {

class VchanTransport {
 public:
  explicit VchanTransport(xen::Vchan vchan) : vchan_(std::move(vchan)) {}

  guest_init::Transport transport() {
    return {
        .self = this,
        .offer = nullptr,
        .descriptor = [](void* self) { return of(self).fd(); },
        .events = [](void*) { return short{POLLIN}; },
        .woken = [](void* self) { of(self).clear_event(); },
        .read =
            [](void* self, std::byte* buffer, std::size_t size) {
              return moved(of(self).read({buffer, size}));
            },
        .write =
            [](void* self, const std::byte* bytes, std::size_t size) {
              return moved(of(self).write({bytes, size}));
            },
    };
  }

 private:
  static xen::Vchan& of(void* self) { return static_cast<VchanTransport*>(self)->vchan_; }
  static std::ptrdiff_t moved(std::optional<std::size_t> size) {
    return size ? static_cast<std::ptrdiff_t>(*size) : -1;
  }
  xen::Vchan vchan_;
};

}  // namespace support
