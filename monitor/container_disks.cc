#include "monitor/container_disks.h"

#include <fcntl.h>

#include "base/error.h"
#include "base/failpoint.h"
#include "engine/spec.h"
#include "monitor/writable_disk.h"
#include "xen/block_device.h"

namespace monitor {
namespace {

constexpr base::Milliseconds disk_limit{60'000};

}  // namespace

xen::LoopDevice attach_writable(const DiskPlaces& places, const engine::Container& container) {
  const std::string path = places.records.writable_disk(container.config.id);
  // Nobody wants it after a crash, so that nothing has to wait for a disk of the host.
  const bool once = container.config.auto_remove;
  make_writable_disk({.path = path,
                      .size = container.config.storage_size,
                      .uuid = container.config.writable_disk,
                      .templates = places.data_root + "/empty-disks",
                      .once = once});
  const base::UniqueFd file = base::open_file(path, O_RDWR);
  return xen::LoopDevice::attach(file.get(), xen::Access::read_write,
                                 once ? xen::Writes::cached : xen::Writes::direct);
}

void ContainerDisks::make() {
  const engine::ContainerConfig& config = container_.config;
  const xen::LayeredDiskRequest request{.layers = engine::layer_paths(config, places_.data_root),
                                        .guid = config.read_only_disk,
                                        .name = device_name(),
                                        .run_directory = places_.run_root};
  const base::Deadline deadline = base::Deadline::after(disk_limit);
  read_only_.emplace(base::doing("the read-only disk",
                                 [&] { return xen::LayeredDisk::assemble(request, deadline); }));
  base::failpoint("parent.layers");
  writable_.emplace(
      base::doing("the writable disk", [&] { return attach_writable(places_, container_); }));
}

void ContainerDisks::offer(xen::XenStore& store, xen::DomainId guest, unsigned first) const {
  xen::offer(store, {{.guest = guest,
                      .index = first,
                      .path = read_only_->path(),
                      .device = read_only_->device(),
                      .writable = false},
                     {.guest = guest,
                      .index = first + 1,
                      .path = writable_->path(),
                      .device = writable_->device(),
                      .writable = true}});
}

void ContainerDisks::let_go() {
  if (read_only_) read_only_->defer_removal();
  read_only_.reset();
  writable_.reset();
}

void ContainerDisks::remove() {
  let_go();
  xen::remove_dm_device(device_name());
}

}  // namespace monitor
