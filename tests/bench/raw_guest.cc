// PID 1 of a guest that only sends and takes bytes, through the vchan that guest-init has: what
// bench/dom0/streams measures standard output and input against. raw_host orders: 'o' and how many
// bytes to send, or 'i' and how many to take, eight bytes in the guest's order; one byte answers
// these. 'O' and 'I' are the same by a process of the guest's at the other end of a pipe, with a
// sum of all bytes.
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "guest-init/failure.h"
#include "guest-init/fd.h"
#include "guest-init/modules.h"
#include "guest-init/mounts.h"
#include "guest-init/protocol/crc32c.h"
#include "guest-init/shutdown.h"
#include "guest-init/vchan.h"

namespace guest_init {
namespace {

constexpr std::size_t block = 64 << 10;
constexpr int pipe_size = 256 << 10;  // as guest-init's

std::uint32_t sum =
    0;  // of all that came from a process or went to one; to be computed, not to be known

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

// By file descriptor, all of it. False: the other end has gone.
template <typename Move, typename Byte>
bool move_all(const Move& move, int fd, Byte* bytes, std::size_t size) {
  while (size > 0) {
    const ssize_t moved = move(fd, bytes, size);
    if (moved <= 0) return false;
    bytes += moved;
    size -= static_cast<std::size_t>(moved);
  }
  return true;
}

// A process that does nothing but move bytes at one end of a pipe, whose other end is ours.
template <typename Move>
Fd start_mover(Fd theirs, Fd ours, const Move& move, std::uint64_t count) {
  fcntl(ours.get(), F_SETPIPE_SZ, pipe_size);
  if (fork() != 0) return ours;
  ours.reset();
  std::vector<std::byte> buffer(block);
  for (; count > 0; count -= std::min<std::uint64_t>(count, block))
    if (!move_all(move, theirs.get(), buffer.data(), std::min<std::uint64_t>(count, block))) break;
  _exit(0);
}

bool send_from_process(Stream& stream, std::uint64_t count) {
  Pair pipe;
  if (!make_pipe(pipe)) return false;
  const Fd ours = start_mover(std::move(pipe.second), std::move(pipe.first), ::write, count);
  std::vector<std::byte> buffer(pipe_size);
  for (;;) {
    const ssize_t size = read(ours.get(), buffer.data(), buffer.size());
    if (size <= 0) break;
    sum = protocol::crc32c(sum, buffer.data(), static_cast<std::size_t>(size));
    if (!stream.write(buffer.data(), static_cast<std::size_t>(size))) return false;
  }
  return wait(nullptr) > 0;
}

bool take_for_process(Stream& stream, std::uint64_t count) {
  Pair pipe;
  if (!make_pipe(pipe)) return false;
  const Fd ours = start_mover(std::move(pipe.first), std::move(pipe.second), ::read, count);
  std::vector<std::byte> buffer(block);
  for (; count > 0; count -= std::min<std::uint64_t>(count, block)) {
    const std::size_t size = std::min<std::uint64_t>(count, block);
    const bool came = stream.read(buffer.data(), size);
    sum = protocol::crc32c(sum, buffer.data(), size);
    if (!came || !move_all(::write, ours.get(), buffer.data(), size)) return false;
  }
  return wait(nullptr) > 0 && stream.write(buffer.data(), 1);
}

struct Order {
  char kind;
  bool (*carry_out)(Stream& stream, std::uint64_t count);
};

constexpr Order orders[] = {
    {'o', send_bytes}, {'i', take_bytes}, {'O', send_from_process}, {'I', take_for_process}};

// As long as the host asks.
void serve(Stream& stream) {
  std::byte order[1 + sizeof(std::uint64_t)];
  bool goes_on = true;
  while (goes_on && stream.read(order, sizeof order)) {
    std::uint64_t count = 0;
    memcpy(&count, order + 1, sizeof count);
    goes_on = false;
    for (const Order& known : orders)
      if (std::byte(known.kind) == order[0]) goes_on = known.carry_out(stream, count);
  }
}

[[noreturn]] void run() {
  Failure failure;
  Modules modules;
  VchanServer vchan(0, 256 << 10);
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
