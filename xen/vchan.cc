#include "xen/vchan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <climits>

extern "C" {
#include <libxenvchan.h>
#include <xentoollog.h>
}

#include "base/error.h"
#include "base/fd.h"

namespace xen {
namespace {

// libxengnttab would write on our standard error.
xentoollog_logger silent = {
    .vmessage = [](xentoollog_logger*, xentoollog_level, int, const char*, const char*, va_list) {},
    .progress = [](xentoollog_logger*, const char*, const char*, int, unsigned long,
                   unsigned long) {},
    .destroy = [](xentoollog_logger*) {},
};

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
  std::string tried;
  // The server writes its nodes in one transaction. What a server that has ended left behind cannot
  // be connected to: then the next one is waited for.
  for (;;) {
    auto fresh = [&tried](const std::optional<std::string>& port) {
      return port && !port->empty() && *port != tried;
    };
    auto seen = store.wait_until(path + "/event-channel", fresh, deadline);
    if (!seen)
      throw base::Error(tried.empty() ? base::ErrorKind::unavailable : base::ErrorKind::corrupt,
                        tried.empty() ? "the guest did not open its channel in time"
                                      : "the guest's channel cannot be connected to");
    tried = *seen->value;
    libxenvchan* raw =
        libxenvchan_client_init(&silent, static_cast<int>(guest.number), path.c_str());
    if (raw == nullptr) continue;
    Vchan vchan(std::make_unique<Channel>(raw));
    raw->blocking = 0;
    // So that clear_event() never waits for an event that is not there.
    base::set_nonblocking(vchan.fd(), true);
    return vchan;
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
