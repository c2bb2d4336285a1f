// What carries a slot's bytes: the vchan in a guest, a socket in tests. A table of functions, so
// that the agent knows neither.
#pragma once

#include <cstddef>
#include <string>

namespace guest_init {

struct Transport {
  void* self = nullptr;
  // Closes what is open and offers a fresh stream in the same place. False: `why` tells.
  bool (*offer)(void* self, std::string& why) = nullptr;
  // Closes what is open: nobody can come any more.
  void (*close)(void* self) = nullptr;
  // What to poll, and for which events.
  int (*descriptor)(void* self) = nullptr;
  short (*events)(void* self) = nullptr;
  // Takes the event off the descriptor; call when poll reported one.
  void (*woken)(void* self) = nullptr;
  // Bytes moved; 0: none or no room now, and the descriptor will tell; -1: the peer is gone.
  std::ptrdiff_t (*read)(void* self, std::byte* buffer, std::size_t size) = nullptr;
  std::ptrdiff_t (*write)(void* self, const std::byte* bytes, std::size_t size) = nullptr;
};

}  // namespace guest_init
