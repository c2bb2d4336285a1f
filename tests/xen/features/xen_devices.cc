#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>

extern "C" {
#include <xenevtchn.h>
#include <xengnttab.h>
}

#include "tests/xen/features/feature.h"
#include "tests/xen/features/store.h"

namespace features {
namespace {

std::string own_domain(std::uint32_t& domain) {
  xs_handle* const store = xs_open(0);
  if (store == nullptr) return failed("opening xenstore");
  domain = number_in(store, "domid");
  if (domain == 0) return failed("reading domid");
  return "";
}

std::string xenstore() {
  std::uint32_t domain = 0;
  return own_domain(domain);
}

// A port bound to another one of ours.
std::string event_channels() {
  std::uint32_t domain = 0;
  if (auto why = own_domain(domain); !why.empty()) return why;
  xenevtchn_handle* const events = xenevtchn_open(nullptr, 0);
  if (events == nullptr) return failed("opening /dev/xen/evtchn");
  const auto offered = xenevtchn_bind_unbound_port(events, domain);
  if (offered < 0) return failed("offering a port");
  const auto bound =
      xenevtchn_bind_interdomain(events, domain, static_cast<evtchn_port_t>(offered));
  if (bound < 0) return failed("binding a port");
  if (xenevtchn_notify(events, static_cast<evtchn_port_t>(bound)) != 0) return failed("notifying");
  pollfd readable{.fd = xenevtchn_fd(events), .events = POLLIN};
  while (poll(&readable, 1, 5000) == 1) {  // Xen notifies a port that was just bound, too
    if (xenevtchn_pending(events) == offered) return "";
  }
  return "no event";
}

// A page granted to ourselves and mapped again.
std::string grants() {
  std::uint32_t domain = 0;
  if (auto why = own_domain(domain); !why.empty()) return why;
  xengntshr_handle* const giver = xengntshr_open(nullptr, 0);
  if (giver == nullptr) return failed("opening /dev/xen/gntalloc");
  std::uint32_t reference = 0;
  void* const given = xengntshr_share_pages(giver, domain, 1, &reference, 1);
  if (given == nullptr) return failed("granting a page");
  std::strcpy(static_cast<char*>(given), "shared");
  xengnttab_handle* const taker = xengnttab_open(nullptr, 0);
  if (taker == nullptr) return failed("opening /dev/xen/gntdev");
  const void* const taken = xengnttab_map_grant_ref(taker, domain, reference, PROT_READ);
  if (taken == nullptr) return failed("mapping a grant");
  return std::strcmp(static_cast<const char*>(taken), "shared") == 0 ? "" : "other bytes in it";
}

// 16 MiB go back to Xen.
std::string balloon() {
  const std::string directory = "/sys/devices/system/xen_memory/xen_memory0/";
  const auto kib = [&](const char* what) {
    return std::strtol(read_text(directory + what).c_str(), nullptr, 10);
  };
  const long before = kib("info/current_kb");
  if (before == 0) return "there is no balloon";
  const long target = before - (16 << 10);
  auto why = write_text(directory + "target_kb", std::to_string(target));
  if (!why.empty()) return why;
  for (int tries = 0; tries < 100; ++tries) {
    if (kib("info/current_kb") == target) return "";
    usleep(100'000);
  }
  return "still " + std::to_string(kib("info/current_kb")) + " KiB";
}

constexpr Feature all[] = {
    {"xenstore", xenstore},
    {"event channels", event_channels},
    {"grants", grants},
    {"balloon", balloon},
};

}  // namespace

std::span<const Feature> xen_devices() { return all; }

}  // namespace features
