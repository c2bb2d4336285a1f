// raw_host DOMAIN BYTES: how long BYTES take from raw_guest and to it, in milliseconds, and a byte
// there and back: "raw-stdout 12.345", "raw-stdin 23.456", "ping 0.123"; then, as "stdout" and
// "stdin", with a process at each end, in the guest behind a pipe, here behind a socket, and a
// CRC32C of all bytes on both sides.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/text.h"
#include "guest-init/protocol/crc32c.h"
#include "xen/vchan.h"
#include "xen/xenstore_client.h"

namespace {

constexpr base::Milliseconds patience{60'000};
constexpr std::size_t block = 64 << 10;
constexpr int pings = 200;

void wait_for_guest(xen::Vchan& vchan) {
  if (!base::wait_readable(vchan.fd(), base::Deadline::after(patience)))
    throw base::Error(base::ErrorKind::unavailable, "the guest is silent");
  vchan.clear_event();
}

std::size_t moved(xen::Vchan& vchan, std::optional<std::size_t> count) {
  if (!count) throw base::Error("the guest has closed its channel");
  if (*count == 0) wait_for_guest(vchan);
  return *count;
}

void write_all(xen::Vchan& vchan, std::span<const std::byte> bytes) {
  while (!bytes.empty()) bytes = bytes.subspan(moved(vchan, vchan.write(bytes)));
}

void read_all(xen::Vchan& vchan, std::span<std::byte> buffer) {
  while (!buffer.empty()) buffer = buffer.subspan(moved(vchan, vchan.read(buffer)));
}

void order(xen::Vchan& vchan, char kind, std::uint64_t count) {
  std::array<std::byte, 1 + sizeof count> bytes{std::byte(kind)};
  memcpy(bytes.data() + 1, &count, sizeof count);
  write_all(vchan, bytes);
}

// Calls `step` for `count` bytes, block by block.
template <typename Step>
void by_blocks(std::uint64_t count, const Step& step) {
  std::vector<std::byte> buffer(block);
  for (; count > 0; count -= std::min<std::uint64_t>(count, block))
    step(std::span(buffer).first(std::min<std::uint64_t>(count, block)));
}

double take(xen::Vchan& vchan, std::uint64_t count) {
  const base::Stopwatch watch;
  order(vchan, 'o', count);
  by_blocks(count, [&](std::span<std::byte> buffer) { read_all(vchan, buffer); });
  return watch.milliseconds();
}

double give(xen::Vchan& vchan, std::uint64_t count) {
  const base::Stopwatch watch;
  order(vchan, 'i', count);
  by_blocks(count, [&](std::span<std::byte> bytes) { write_all(vchan, bytes); });
  std::array<std::byte, 1> answer{};
  read_all(vchan, answer);
  return watch.milliseconds();
}

// A process of its own that does one thing with its end of a socket.
template <typename Work>
base::UniqueFd start(const Work& work) {
  base::Pair pair = base::make_socket_pair();
  if (fork() != 0) return std::move(pair.first);
  pair.first.reset();
  std::vector<std::byte> buffer(block);
  std::uint32_t sum = 0;
  for (ssize_t size = 1; size > 0;) {
    size = work(pair.second.get(), buffer);
    if (size > 0) sum = protocol::crc32c(sum, buffer.data(), static_cast<std::size_t>(size));
  }
  _exit(static_cast<int>(sum % 2));  // so that it is computed
}

double take_for_process(xen::Vchan& vchan, std::uint64_t count) {
  const base::Stopwatch watch;
  base::UniqueFd reader =
      start([](int fd, std::span<std::byte> buffer) { return ::read(fd, buffer.data(), block); });
  order(vchan, 'O', count);
  std::vector<std::byte> buffer(4 * block);
  while (count > 0) {
    const std::size_t size = moved(vchan, vchan.read(buffer));
    base::write_all(reader.get(), std::span<const std::byte>(buffer).first(size));
    count -= size;
  }
  reader.reset();
  ::wait(nullptr);
  return watch.milliseconds();
}

double give_from_process(xen::Vchan& vchan, std::uint64_t count) {
  const base::Stopwatch watch;
  base::UniqueFd writer = start([](int fd, std::span<std::byte> bytes) {
    return ::send(fd, bytes.data(), block, MSG_NOSIGNAL);
  });
  order(vchan, 'I', count);
  std::vector<std::byte> buffer(4 * block);
  while (count > 0) {
    const ssize_t size = ::read(writer.get(), buffer.data(), std::min(count, buffer.size()));
    if (size <= 0) base::throw_errno("reading from the other process");
    write_all(vchan, std::span(buffer).first(static_cast<std::size_t>(size)));
    count -= static_cast<std::uint64_t>(size);
  }
  read_all(vchan, std::span(buffer).first(1));
  const double taken = watch.milliseconds();
  writer.reset();
  ::wait(nullptr);
  return taken;
}

double ping(xen::Vchan& vchan) {
  const base::Stopwatch watch;
  for (int i = 0; i < pings; ++i) take(vchan, 1);
  return watch.milliseconds() / pings;
}

}  // namespace

int main(int argc, char** argv) {
  const auto domain = argc == 3 ? base::parse_number<std::uint32_t>(argv[1]) : std::nullopt;
  const auto count = argc == 3 ? base::parse_number<std::uint64_t>(argv[2]) : std::nullopt;
  if (!domain || !count) {
    fmt::print(stderr, "usage: raw_host DOMAIN BYTES\n");
    return 2;
  }
  try {
    const auto store = xen::connect_xenstore();
    xen::Vchan vchan =
        xen::Vchan::connect(*store, xen::DomainId{*domain}, 0, base::Deadline::after(patience));
    fmt::print("raw-stdout {:.3f}\n", take(vchan, *count));
    fmt::print("raw-stdin {:.3f}\n", give(vchan, *count));
    fmt::print("ping {:.3f}\n", ping(vchan));
    fmt::print("stdout {:.3f}\n", take_for_process(vchan, *count));
    fmt::print("stdin {:.3f}\n", give_from_process(vchan, *count));
  } catch (const base::Error& error) {
    fmt::print(stderr, "raw_host: {}\n", error.message());
    return 1;
  }
  return 0;
}
