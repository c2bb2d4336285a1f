#include "guest-init/capabilities.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace guest_init {
namespace {

constexpr unsigned docker_default[] = {
    CAP_AUDIT_WRITE, CAP_CHOWN,   CAP_DAC_OVERRIDE,     CAP_FOWNER,     CAP_FSETID,
    CAP_KILL,        CAP_MKNOD,   CAP_NET_BIND_SERVICE, CAP_NET_RAW,    CAP_SETFCAP,
    CAP_SETGID,      CAP_SETPCAP, CAP_SETUID,           CAP_SYS_CHROOT,
};

constexpr std::uint64_t allowed_set() {
  std::uint64_t set = 0;
  for (const unsigned capability : docker_default) set |= std::uint64_t{1} << capability;
  return set;
}

constexpr std::uint64_t allowed = allowed_set();

}  // namespace

bool limit_capabilities() {
  for (unsigned capability = 0; capability < 64; ++capability) {
    const int has = prctl(PR_CAPBSET_READ, capability, 0, 0, 0);
    if (has < 0) break;  // beyond the last that this kernel knows
    const bool keep = (allowed >> capability & 1) != 0;
    if (has == 1 && !keep && prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0) return false;
  }
  return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == 0;
}

bool apply_capabilities() {
  __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  __user_cap_data_struct data[2] = {};
  for (unsigned half = 0; half < 2; ++half) {
    data[half].effective = static_cast<std::uint32_t>(allowed >> (32 * half));
    data[half].permitted = data[half].effective;
  }
  return syscall(SYS_capset, &header, data) == 0;
}

}  // namespace guest_init
