// A slot's transport over AF_UNIX sockets: for a pretended guest, and for the host that speaks to
// it.
#pragma once

#include <cstddef>
#include <string>

#include "guest-init/transport.h"

namespace support {

class SocketTransport {
 public:
  // The guest's side accepts from `listener`, again after each loss; the host's side has only
  // `connection`. Owns both (-1 for none).
  SocketTransport(int listener, int connection) : listener_(listener), connection_(connection) {}
  SocketTransport(const SocketTransport&) = delete;
  SocketTransport& operator=(const SocketTransport&) = delete;
  ~SocketTransport();

  guest_init::Transport transport();

 private:
  bool offer();
  void hang_up();
  void woken();
  std::ptrdiff_t read(std::byte* buffer, std::size_t size);
  std::ptrdiff_t write(const std::byte* bytes, std::size_t size);

  int listener_;
  int connection_;
  bool full_ = false;  // the last write found no room
};

}  // namespace support
