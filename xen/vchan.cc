#include "xen/vchan.h"

#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <climits>

extern "C" {
#include <libxenvchan.h>
#include <xengnttab.h>
#include <xentoollog.h>
}

#include "base/error.h"
#include "base/fd.h"
#include "base/text.h"

namespace xen {
namespace {

// libxengnttab would write on our standard error.
xentoollog_logger silent = {
    .vmessage = [](xentoollog_logger*, xentoollog_level, int, const char*, const char*, va_list) {},
    .progress = [](xentoollog_logger*, const char*, const char*, int, unsigned long,
                   unsigned long) {},
    .destroy = [](xentoollog_logger*) {},
};

// What the guest has at a channel's path in xenstore.
enum class Offer { none, fresh, used, nonsense };

// A server counts its clients: 2 none yet, 1 there is one, 0 there was one. What is left in the
// ring of a client that has gone is not for us; its server notices and makes another channel.
constexpr std::uint8_t no_client_yet = 2;

// Reads the byte of that count in the guest's page.
std::optional<std::uint8_t> clients_of(DomainId guest, std::uint32_t ring_ref) {
  xengnttab_handle* handle = xengnttab_open(&silent, 0);
  if (handle == nullptr) base::throw_errno("/dev/xen/gntdev");
  std::optional<std::uint8_t> clients;
  void* page = xengnttab_map_grant_ref(handle, guest.number, ring_ref, PROT_READ);
  if (page != nullptr) {
    clients = static_cast<const volatile vchan_interface*>(page)->cli_live;
    xengnttab_unmap(handle, page, 1);
  }
  xengnttab_close(handle);
  return clients;
}

// The server writes its nodes in one transaction.
Offer look(XenStore& store, DomainId guest, const std::string& path) {
  const auto text = store.read(path + "/ring-ref");
  if (!text || text->empty()) return Offer::none;
  const auto ring_ref = base::parse_number<std::uint32_t>(*text);
  if (!ring_ref) return Offer::nonsense;
  const auto clients = clients_of(guest, *ring_ref);
  if (!clients) return Offer::nonsense;
  return *clients == no_client_yet ? Offer::fresh : Offer::used;
}

// nullptr where the guest's nodes or its page are nonsense.
libxenvchan* open_client(DomainId guest, const std::string& path) {
  libxenvchan* raw = libxenvchan_client_init(&silent, static_cast<int>(guest.number), path.c_str());
  if (raw == nullptr) return nullptr;
  raw->blocking = 0;
  // So that clear_event() never waits for an event that is not there.
  base::set_nonblocking(libxenvchan_fd_for_select(raw), true);
  return raw;
}

int as_int(std::size_t size) { return static_cast<int>(std::min<std::size_t>(size, INT_MAX)); }

}  // namespace

struct Vchan::Channel {
  libxenvchan* raw;
  explicit Channel(libxenvchan* opened) : raw(opened) {}
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;
  ~Channel() { libxenvchan_close(raw); }
};

std::string vchan_path(DomainId guest, unsigned slot) {
  return fmt::format("{}/data/vxn/{}", domain_path(guest), slot);
}

Vchan Vchan::connect(XenStore& store, DomainId guest, unsigned slot,
                     const base::Deadline& deadline) {
  const std::string path = vchan_path(guest, slot);
  const auto changes = store.watch(path);
  for (;;) {
    while (changes->next()) {
    }
    const Offer offer = look(store, guest, path);
    if (offer == Offer::fresh)
      if (libxenvchan* raw = open_client(guest, path)) return Vchan(std::make_unique<Channel>(raw));
    // A server that we have just missed or that ends makes room for another one: that is a change.
    if (base::wait_readable(changes->fd(), deadline)) continue;
    if (offer == Offer::none || offer == Offer::used)
      throw base::Error(base::ErrorKind::unavailable, "the guest did not open its channel in time");
    throw base::Error(base::ErrorKind::corrupt, "the guest's channel cannot be connected to");
  }
}

Vchan::Vchan(std::unique_ptr<Channel> channel) : channel_(std::move(channel)) {}
Vchan::Vchan(Vchan&&) noexcept = default;
Vchan& Vchan::operator=(Vchan&&) noexcept = default;
Vchan::~Vchan() = default;

int Vchan::fd() const { return libxenvchan_fd_for_select(channel_->raw); }

void Vchan::clear_event() {
  if (libxenvchan_wait(channel_->raw) < 0 && errno != EAGAIN && errno != EINTR)
    base::throw_errno("waiting for the guest");
}

std::optional<std::size_t> Vchan::read(std::span<std::byte> buffer) {
  const int count = libxenvchan_read(channel_->raw, buffer.data(),
                                     static_cast<std::size_t>(as_int(buffer.size())));
  if (count < 0) return std::nullopt;
  return static_cast<std::size_t>(count);
}

std::optional<std::size_t> Vchan::write(std::span<const std::byte> bytes) {
  const int count = libxenvchan_write(channel_->raw, bytes.data(),
                                      static_cast<std::size_t>(as_int(bytes.size())));
  if (count < 0) return std::nullopt;
  return static_cast<std::size_t>(count);
}

bool Vchan::is_open() const { return libxenvchan_is_open(channel_->raw) != 0; }

}  // namespace xen
