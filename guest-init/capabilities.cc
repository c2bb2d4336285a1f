#include "guest-init/capabilities.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace guest_init {
namespace {

constexpr unsigned most_capabilities = 64;

bool is_in(std::uint64_t set, unsigned capability) { return (set >> capability & 1) != 0; }

// -1 beyond the last that this kernel knows.
int in_bounding_set(unsigned capability) { return prctl(PR_CAPBSET_READ, capability, 0, 0, 0); }

}  // namespace

bool limit_capabilities(std::uint64_t allowed) {
  for (unsigned capability = 0; capability < most_capabilities; ++capability) {
    const int has = in_bounding_set(capability);
    if (has < 0) break;
    if (has == 1 && !is_in(allowed, capability) &&
        prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0) {
      return false;
    }
  }
  return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == 0;
}

bool apply_capabilities(std::uint64_t allowed) {
  std::uint64_t set = 0;
  for (unsigned capability = 0; capability < most_capabilities; ++capability) {
    if (is_in(allowed, capability) && in_bounding_set(capability) == 1) {
      set |= std::uint64_t{1} << capability;
    }
  }
  __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  __user_cap_data_struct data[2] = {};
  for (unsigned half = 0; half < 2; ++half) {
    data[half].effective = static_cast<std::uint32_t>(set >> (32 * half));
    data[half].permitted = data[half].effective;
  }
  return syscall(SYS_capset, &header, data) == 0;
}

}  // namespace guest_init
