// What a domain (DomU) is: what it is built from, and what Xen says about one that is there.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/random.h"

namespace xen {

// Xen's number of a domain. Numbers are used again: across processes a domain is known by its UUID.
struct DomainId {
  std::uint32_t number = 0;
  auto operator<=>(const DomainId&) const = default;
};
inline constexpr DomainId dom0{0};
std::string to_string(DomainId domain);

enum class GuestType { pv, pvh };
std::string_view to_string(GuestType type);  // "pv", "pvh"
std::optional<GuestType> parse_guest_type(std::string_view text);

struct DomainConfig {
  std::string name;  // "vxn-NAME"
  base::Uuid uuid;
  std::uint64_t memory_mib = 0;
  unsigned vcpus = 1;
  std::string cpus;  // of the host, that they may run on: "0-2,4"; empty: any
  GuestType type = GuestType::pv;
  std::string kernel;        // path of an ELF image
  std::string ramdisk;       // path; empty for none
  std::string command_line;  // the kernel's
};

// What Xen must have free for it, in MiB: its memory and what libxl and Xen keep for it beside that
// (libxl_domain_need_memory). With this much free, xl never shrinks dom0.
std::uint64_t host_memory_mib(const DomainConfig& config);

struct DomainInfo {
  enum class State {
    running,   // on a processor, runnable or idle
    paused,    // by the toolstack; so is one that create() has just made
    shutdown,  // it ended itself: powered off, or asked for a reboot
    crashed,   // the guest's kernel panicked, or Xen ended it
    dying,     // being destroyed; stays while somebody has its memory mapped
  };
  DomainId id;
  std::string name;  // empty where only the hypervisor was asked, which knows no names
  base::Uuid uuid;
  State state = State::running;
  bool reboot_wanted = false;  // with shutdown: not a power-off
  std::uint64_t memory_mib = 0;
  unsigned vcpus = 0;
  std::uint64_t cpu_time_ns = 0;
};
std::string_view to_string(DomainInfo::State state);
// Whether it will never run again.
bool has_ended(DomainInfo::State state);

}  // namespace xen
