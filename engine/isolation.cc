#include "engine/isolation.h"

#include <fmt/core.h>
#include <linux/capability.h>

#include <algorithm>
#include <array>

#include "base/error.h"

namespace engine {
namespace {

constexpr std::uint64_t bit(int capability) { return std::uint64_t{1} << capability; }

// With which root of a container is root of the kernel that it has.
constexpr std::uint64_t beyond_namespaces =
    bit(CAP_SYS_ADMIN) | bit(CAP_SYS_MODULE) | bit(CAP_SYS_RAWIO) | bit(CAP_SYS_BOOT) |
    bit(CAP_SYS_TIME) | bit(CAP_SYSLOG) | bit(CAP_MAC_ADMIN) | bit(CAP_MAC_OVERRIDE) |
    bit(CAP_DAC_READ_SEARCH) | bit(CAP_BPF) | bit(CAP_PERFMON) | bit(CAP_WAKE_ALARM) |
    bit(CAP_BLOCK_SUSPEND) | bit(CAP_AUDIT_CONTROL) | bit(CAP_CHECKPOINT_RESTORE);

// Settings of the kernel that each container has its own of (sysctl(8); docker's
// opts.ValidateSysctl).
constexpr std::array<std::string_view, 6> own_settings = {"kernel.msgmax",   "kernel.msgmnb",
                                                          "kernel.msgmni",   "kernel.sem",
                                                          "kernel.hostname", "kernel.domainname"};
constexpr std::array<std::string_view, 3> own_prefixes = {"net.", "fs.mqueue.", "kernel.shm"};

bool is_own(std::string_view setting) {
  return std::find(own_settings.begin(), own_settings.end(), setting) != own_settings.end() ||
         std::any_of(own_prefixes.begin(), own_prefixes.end(),
                     [&](std::string_view prefix) { return setting.starts_with(prefix); });
}

}  // namespace

std::optional<std::string> own_domain_reason(const CreateRequest& request, const Policy& policy) {
  const std::pair<bool, const char*> wishes[] = {
      {!request.kernel.empty(), "--kernel"},
      {!request.guest_type.empty(), "--xen-type"},
      {request.vcpus.has_value(), "--vcpus"},
      {!request.cpuset.empty(), "--cpuset-cpus"},
      {policy.privileged, "--privileged"},
      {policy.unmasked, "--security-opt systempaths=unconfined"},
      {(policy.capabilities & beyond_namespaces) != 0, "such a --cap-add"},
  };
  for (const auto& [wanted, name] : wishes)
    if (wanted) return name;
  for (const auto& [setting, value] : request.sysctls)
    if (!is_own(setting)) return "--sysctl " + setting;
  return std::nullopt;
}

Isolation resolve_isolation(const CreateRequest& request, const Policy& policy,
                            const Settings& settings) {
  const Isolation wanted =
      request.isolation.value_or(request.instance.empty() ? settings.isolation : Isolation::memres);
  const auto reason = own_domain_reason(request, policy);
  if (!reason || wanted == Isolation::vm) return wanted;
  if (wanted == Isolation::memres && (request.isolation || !request.instance.empty()))
    throw base::Error(base::ErrorKind::usage,
                      fmt::format("{} takes a domain of the container's own, and it is to be in "
                                  "a memres",
                                  *reason));
  return Isolation::vm;
}

}  // namespace engine
