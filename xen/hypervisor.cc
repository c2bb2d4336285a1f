#include "xen/hypervisor.h"

extern "C" {  // the header has no C++ guards
#include <xenctrl.h>
#include <xentoollog.h>
}

#include <array>
#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "xen/host.h"

namespace xen {
namespace {

// libxenctrl would write on our standard error: what failed is told by errno.
xentoollog_logger silent = {
    .vmessage = [](xentoollog_logger*, xentoollog_level, int, const char*, const char*, va_list) {},
    .progress = [](xentoollog_logger*, const char*, const char*, int, unsigned long,
                   unsigned long) {},
    .destroy = [](xentoollog_logger*) {},
};

constexpr std::uint64_t page_kib = 4;

DomainInfo::State state_of(std::uint32_t flags) {
  using State = DomainInfo::State;
  if ((flags & XEN_DOMINF_dying) != 0) return State::dying;
  if ((flags & XEN_DOMINF_shutdown) != 0) {
    const std::uint32_t reason = flags >> XEN_DOMINF_shutdownshift & XEN_DOMINF_shutdownmask;
    return reason == SHUTDOWN_crash || reason == SHUTDOWN_watchdog ? State::crashed
                                                                   : State::shutdown;
  }
  return (flags & XEN_DOMINF_paused) != 0 ? State::paused : State::running;
}

DomainInfo info_of(const xc_domaininfo_t& raw) {
  std::array<std::uint8_t, 16> uuid;
  static_assert(sizeof raw.handle == sizeof uuid);
  std::memcpy(uuid.data(), raw.handle, sizeof uuid);
  const std::uint32_t reason = raw.flags >> XEN_DOMINF_shutdownshift & XEN_DOMINF_shutdownmask;
  const DomainInfo::State state = state_of(raw.flags);
  return {.id = {raw.domain},
          .uuid = base::Uuid(uuid),
          .state = state,
          .reboot_wanted = state == DomainInfo::State::shutdown && reason == SHUTDOWN_reboot,
          .memory_mib = raw.tot_pages * page_kib / 1024,
          .vcpus = raw.nr_online_vcpus,
          .cpu_time_ns = raw.cpu_time};
}

void require_done(int result, const char* what) {
  if (result != 0) throw base::errno_error(errno == ESRCH ? ENOENT : errno, what);
}

}  // namespace

GuestType best_guest_type(const Capabilities& capabilities) {
  return capabilities.hvm && capabilities.hap ? GuestType::pvh : GuestType::pv;
}

struct Hypervisor::Handle {
  xc_interface* xc;
  xc_physinfo_t physinfo() const {
    xc_physinfo_t info{};
    if (::xc_physinfo(xc, &info) != 0) base::throw_errno("asking Xen about this machine");
    return info;
  }
};

Hypervisor::Hypervisor() {
  require_xen();
  xc_interface* xc = xc_interface_open(&silent, &silent, 0);
  if (xc == nullptr) base::throw_errno("talking to Xen");
  handle_ = std::make_unique<Handle>(Handle{xc});
}

Hypervisor::~Hypervisor() { xc_interface_close(handle_->xc); }

std::uint64_t Hypervisor::free_memory_mib() {
  const xc_physinfo_t info = handle_->physinfo();
  return (info.free_pages + info.scrub_pages) * page_kib / 1024;
}

std::uint64_t Hypervisor::total_memory_mib() {
  return handle_->physinfo().total_pages * page_kib / 1024;
}

Capabilities Hypervisor::capabilities() {
  const std::uint32_t flags = handle_->physinfo().capabilities;
  return {.pv = (flags & XEN_SYSCTL_PHYSCAP_pv) != 0,
          .hvm = (flags & XEN_SYSCTL_PHYSCAP_hvm) != 0,
          .hap = (flags & XEN_SYSCTL_PHYSCAP_hap) != 0};
}

std::optional<DomainInfo> Hypervisor::find(DomainId domain) {
  xc_domaininfo_t raw{};
  const int count = xc_domain_getinfolist(handle_->xc, domain.number, 1, &raw);
  if (count < 0 && errno != ESRCH) base::throw_errno("asking Xen about a domain");
  if (count < 1 || raw.domain != domain.number) return std::nullopt;
  return info_of(raw);
}

std::optional<DomainInfo> Hypervisor::find(const base::Uuid& uuid) {
  for (const DomainInfo& info : list())
    if (info.uuid == uuid) return info;
  return std::nullopt;
}

std::vector<DomainInfo> Hypervisor::list() {
  std::vector<DomainInfo> domains;
  std::array<xc_domaininfo_t, 128> raw;
  for (std::uint32_t first = dom0.number + 1;;) {
    const int count = xc_domain_getinfolist(handle_->xc, first, raw.size(), raw.data());
    if (count < 0) base::throw_errno("asking Xen for its domains");
    for (int i = 0; i < count; ++i) domains.push_back(info_of(raw[static_cast<std::size_t>(i)]));
    if (static_cast<std::size_t>(count) < raw.size()) return domains;
    first = domains.back().id.number + 1;
  }
}

void Hypervisor::pause(DomainId domain) {
  require_done(xc_domain_pause(handle_->xc, domain.number), "pausing the domain");
}

void Hypervisor::unpause(DomainId domain) {
  require_done(xc_domain_unpause(handle_->xc, domain.number), "starting the domain");
}

void Hypervisor::destroy(DomainId domain) {
  require_done(xc_domain_destroy(handle_->xc, domain.number), "ending the domain");
}

}  // namespace xen
