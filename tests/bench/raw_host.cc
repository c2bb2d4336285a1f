// raw_host DOMAIN BYTES: how long BYTES take from raw_guest and to it, in milliseconds:
// "stdout 12.345" and "stdin 23.456", a line each.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/text.h"
#include "xen/vchan.h"
#include "xen/xenstore_client.h"

namespace {

constexpr base::Milliseconds patience{60'000};
constexpr std::size_t block = 64 << 10;

void wait(xen::Vchan& vchan) {
  if (!base::wait_readable(vchan.fd(), base::Deadline::after(patience)))
    throw base::Error(base::ErrorKind::unavailable, "the guest is silent");
  vchan.clear_event();
}

std::size_t moved(xen::Vchan& vchan, std::optional<std::size_t> count) {
  if (!count) throw base::Error("the guest has closed its channel");
  if (*count == 0) wait(vchan);
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
  return static_cast<double>(watch.elapsed().count()) / 1000;
}

double give(xen::Vchan& vchan, std::uint64_t count) {
  const base::Stopwatch watch;
  order(vchan, 'i', count);
  by_blocks(count, [&](std::span<std::byte> bytes) { write_all(vchan, bytes); });
  std::array<std::byte, 1> answer{};
  read_all(vchan, answer);
  return static_cast<double>(watch.elapsed().count()) / 1000;
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
    fmt::print("stdout {:.3f}\n", take(vchan, *count));
    fmt::print("stdin {:.3f}\n", give(vchan, *count));
  } catch (const base::Error& error) {
    fmt::print(stderr, "raw_host: {}\n", error.message());
    return 1;
  }
  return 0;
}
