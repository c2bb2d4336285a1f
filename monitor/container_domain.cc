#include "monitor/container_domain.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include "base/error.h"
#include "base/failpoint.h"
#include "base/file.h"
#include "base/subprocess.h"
#include "engine/spec.h"
#include "xen/block_device.h"
#include "xen/guest_kernel.h"
#include "xen/host.h"

namespace monitor {
namespace {

constexpr base::Milliseconds disk_limit{60'000};
constexpr std::uint64_t mib = 1u << 20;
constexpr unsigned read_only_index = 0;  // xvda
constexpr unsigned writable_index = 1;   // xvdb

xen::GuestType guest_type(const std::string& wanted, xen::Hypervisor& hypervisor) {
  if (const auto type = xen::parse_guest_type(wanted)) return *type;
  return xen::best_guest_type(hypervisor.capabilities());
}

}  // namespace

ContainerDomain::ContainerDomain(HostParts parts, const engine::Container& container)
    : parts_(std::move(parts)), container_(container) {}

void ContainerDomain::make_disks() {
  const engine::ContainerConfig& config = container_.config;
  const xen::LayeredDiskRequest request{.layers = engine::layer_paths(config, parts_.data_root),
                                        .guid = config.read_only_disk,
                                        .name = device_name(),
                                        .run_directory = parts_.run_root};
  const base::Deadline deadline = base::Deadline::after(disk_limit);
  read_only_.emplace(base::doing("the read-only disk",
                                 [&] { return xen::LayeredDisk::assemble(request, deadline); }));
  base::failpoint("parent.layers");
  base::doing("the writable disk", [&] { make_writable_disk(); });
}

void ContainerDomain::make_writable_disk() {
  const std::string path = parts_.records.writable_disk(container_.config.id);
  if (!base::exists(path)) {
    const std::string attempt = path + ".new";
    base::remove_file(attempt);
    const base::UniqueFd file = base::open_file(attempt, O_CREAT | O_RDWR | O_EXCL, 0600);
    if (ftruncate(file.get(), static_cast<off_t>(container_.config.storage_size)) != 0)
      base::throw_errno("making " + path);
    base::run_checked({"mke2fs", "-q", "-F", "-t", "ext4", "-m", "0", "-U",
                       container_.config.writable_disk.text(), "-E",
                       "lazy_itable_init=1,lazy_journal_init=1,nodiscard", attempt},
                      base::Deadline::after(disk_limit));
    if (rename(attempt.c_str(), path.c_str()) != 0) base::throw_errno("making " + path);
  }
  const base::UniqueFd file = base::open_file(path, O_RDWR);
  writable_.emplace(xen::LoopDevice::attach(file.get(), xen::Access::read_write));
}

// Xen's own word beforehand: with enough free, xl never takes memory from dom0.
void ContainerDomain::require_memory(const xen::DomainConfig& config) {
  if (parts_.balloon_dom0) return;
  const std::uint64_t needed = xen::host_memory_mib(config);
  const std::uint64_t free = parts_.hypervisor.free_memory_mib();
  if (free < needed)
    throw base::Error(
        base::ErrorKind::unavailable,
        fmt::format("not enough memory: {} MiB needed for the container and its guest, "
                    "{} MiB free",
                    needed, free));
}

void ContainerDomain::build() {
  const engine::ContainerConfig& config = container_.config;
  const xen::GuestKernel kernel = xen::guest_kernel(parts_.data_root, config.kernel);
  xen::DomainConfig domain{.name = container_.domain_name(),
                           .uuid = config.placement.domain,
                           .memory_mib = (config.memory + config.guest_memory + mib - 1) / mib,
                           .vcpus = config.vcpus,
                           .cpus = config.cpuset,
                           .type = guest_type(config.guest_type, parts_.hypervisor),
                           .kernel = kernel.kernel,
                           .ramdisk = kernel.initrd,
                           .command_line = kernel.command_line};
  if (!config.kernel_arguments.empty()) domain.command_line += " " + config.kernel_arguments;
  require_memory(domain);
  id_ = parts_.toolstack.create(domain);
}

void ContainerDomain::offer_disks() {
  xen::offer(parts_.store, {{.guest = id_,
                             .index = read_only_index,
                             .path = read_only_->path(),
                             .device = read_only_->device(),
                             .writable = false},
                            {.guest = id_,
                             .index = writable_index,
                             .path = writable_->path(),
                             .device = writable_->device(),
                             .writable = true}});
}

void ContainerDomain::remind_of_disks() { xen::remind(parts_.store, id_); }

void ContainerDomain::unpause() { parts_.hypervisor.unpause(id_); }

void ContainerDomain::pause() { parts_.hypervisor.pause(id_); }

void ContainerDomain::let_go_of_disks() {
  if (read_only_) read_only_->defer_removal();
  read_only_.reset();
  writable_.reset();
}

std::optional<xen::DomainInfo> ContainerDomain::find() {
  return parts_.hypervisor.find(container_.config.placement.domain);
}

void ContainerDomain::begin_undo() {
  const auto domain = find();
  if (!domain) return;
  removal_.emplace(xen::RemovalParts{parts_.hypervisor, parts_.store, parts_.toolstack}, *domain);
  removal_->begin();
}

void ContainerDomain::undo() {
  if (!removal_) begin_undo();
  if (removal_) {
    removal_->finish();
  } else {
    xen::remove_remains(parts_.store, container_.config.placement.domain);
    xen::remove_wreckage(parts_.hypervisor, parts_.store);
  }
  let_go_of_disks();
  xen::remove_dm_device(device_name());
}

}  // namespace monitor
