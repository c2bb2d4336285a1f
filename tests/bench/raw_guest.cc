// PID 1 of a guest that only sends and takes bytes, through the vchan that guest-init has: what
// bench/dom0/streams measures standard output and input against. raw_host orders: 'o' and how many
// bytes to send, or 'i' and how many to take, eight bytes in the guest's order; one byte answers
// these.
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "guest-init/failure.h"
#include "guest-init/modules.h"
#include "guest-init/mounts.h"
#include "guest-init/shutdown.h"
#include "guest-init/vchan.h"

namespace guest_init {
namespace {

constexpr std::size_t block = 64 << 10;

// Blocking, over what never blocks. False: the host has gone.
class Stream {
 public:
  explicit Stream(const Transport& transport) : transport_(transport) {}

  bool read(std::byte* buffer, std::size_t size) { return move(transport_.read, buffer, size); }
  bool write(const std::byte* bytes, std::size_t size) {
    return move(transport_.write, bytes, size);
  }

 private:
  template <typename Byte>
  bool move(std::ptrdiff_t (*moving)(void*, Byte*, std::size_t), Byte* bytes, std::size_t size) {
    while (size > 0) {
      const std::ptrdiff_t moved = moving(transport_.self, bytes, size);
      if (moved < 0) return false;
      if (moved == 0) wait();
      bytes += moved;
      size -= static_cast<std::size_t>(moved);
    }
    return true;
  }

  void wait() {
    pollfd entry{transport_.descriptor(transport_.self), POLLIN, 0};
    if (poll(&entry, 1, -1) > 0) transport_.woken(transport_.self);
  }

  const Transport& transport_;
};

bool send_bytes(Stream& stream, std::uint64_t count) {
  const std::vector<std::byte> zeros(block);
  for (; count > 0; count -= std::min<std::uint64_t>(count, block))
    if (!stream.write(zeros.data(), std::min<std::uint64_t>(count, block))) return false;
  return true;
}

bool take_bytes(Stream& stream, std::uint64_t count) {
  std::vector<std::byte> buffer(block);
  for (; count > 0; count -= std::min<std::uint64_t>(count, block))
    if (!stream.read(buffer.data(), std::min<std::uint64_t>(count, block))) return false;
  return stream.write(buffer.data(), 1);
}

// As long as the host asks.
void serve(Stream& stream) {
  std::byte order[1 + sizeof(std::uint64_t)];
  bool goes_on = true;
  while (goes_on && stream.read(order, sizeof order)) {
    std::uint64_t count = 0;
    memcpy(&count, order + 1, sizeof count);
    goes_on = order[0] == std::byte{'o'} ? send_bytes(stream, count) : take_bytes(stream, count);
  }
}

[[noreturn]] void run() {
  Failure failure;
  Modules modules;
  VchanServer vchan(0);
  constexpr std::string_view needed[] = {"xen-evtchn.ko", "xen-gntalloc.ko"};
  if (!mount_guest(failure) || !modules.begin("/modules", failure) ||
      !modules.load_now(needed, failure))
    crash(failure.text);
  const Transport transport = vchan.transport();
  for (std::string why;;) {
    if (!transport.offer(transport.self, why)) crash(why);
    Stream stream(transport);
    serve(stream);
  }
}

}  // namespace
}  // namespace guest_init

int main() { guest_init::run(); }
