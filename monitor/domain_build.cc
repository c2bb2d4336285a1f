#include "monitor/domain_build.h"

#include <fmt/core.h>

#include "base/error.h"
#include "xen/guest_kernel.h"

namespace monitor {
namespace {

constexpr std::uint64_t mib = 1u << 20;

xen::GuestType guest_type(const std::string& wanted, xen::Hypervisor& hypervisor) {
  if (const auto type = xen::parse_guest_type(wanted)) return *type;
  return xen::best_guest_type(hypervisor.capabilities());
}

// Xen's own word beforehand: with enough free, xl never takes memory from dom0.
void require_memory(const BuildParts& parts, const xen::DomainConfig& config,
                    const std::string& purpose) {
  if (parts.balloon_dom0) return;
  const std::uint64_t needed = xen::host_memory_mib(config);
  const std::uint64_t free = parts.hypervisor.free_memory_mib();
  if (free < needed)
    throw base::Error(
        base::ErrorKind::unavailable,
        fmt::format("not enough memory: {} MiB needed for {}, {} MiB free", needed, purpose, free));
}

}  // namespace

xen::DomainId build_domain(const BuildParts& parts, const DomainWish& wish) {
  const xen::GuestKernel kernel = xen::guest_kernel(parts.data_root, wish.kernel);
  xen::DomainConfig config{.name = wish.name,
                           .uuid = wish.uuid,
                           .memory_mib = (wish.memory + mib - 1) / mib,
                           .vcpus = wish.vcpus,
                           .cpus = wish.cpus,
                           .type = guest_type(wish.guest_type, parts.hypervisor),
                           .kernel = kernel.kernel,
                           .ramdisk = kernel.initrd,
                           .command_line = kernel.command_line};
  if (!wish.kernel_arguments.empty()) config.command_line += " " + wish.kernel_arguments;
  require_memory(parts, config, wish.purpose);
  return parts.toolstack.create(config);
}

}  // namespace monitor
