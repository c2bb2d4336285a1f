// A slot's transport in a real guest: a vchan server (libxenvchan) at data/vxn/<slot>, for domain
// 0. One thread, never blocking; the ring tells the peer to wake us before we sleep.
#pragma once

#include <cstdint>
#include <string>

#include "guest-init/transport.h"

struct libxenvchan;

namespace guest_init {

class VchanServer {
 public:
  // Rings of that size (bytes, a power of two) each way.
  VchanServer(std::uint32_t slot, std::size_t ring_size);
  VchanServer(const VchanServer&) = delete;
  VchanServer& operator=(const VchanServer&) = delete;
  ~VchanServer() { close(); }

  Transport transport();                       // valid as long as this object
  libxenvchan* channel() { return channel_; }  // null where none is offered

 private:
  bool offer(std::string& why);
  void close();

  std::string path_;
  std::size_t ring_size_;
  libxenvchan* channel_ = nullptr;
};

}  // namespace guest_init
