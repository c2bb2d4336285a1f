// The disks of one container: a read-only one with all layers of its image and its own, and the one
// that it writes on.
#pragma once

#include <optional>
#include <string>

#include "engine/container_store.h"
#include "xen/layered_disk.h"
#include "xen/xenstore.h"

namespace monitor {

struct DiskPlaces {
  const engine::ContainerStore& records;
  std::string data_root;
  std::string run_root;
};

// The one that the container writes on, made where it is not there yet.
xen::LoopDevice attach_writable(const DiskPlaces& places, const engine::Container& container);

class ContainerDisks {
 public:
  ContainerDisks(DiskPlaces places, const engine::Container& container)
      : places_(std::move(places)), container_(container) {}

  void make();
  // As the guest's `first`-th disk and the next.
  void offer(xen::XenStore& store, xen::DomainId guest, unsigned first) const;
  // The guest has mounted them, so the back ends have them open: from now on the kernel takes them
  // apart by itself when those close.
  void let_go();
  // Whatever of them there is in the kernel, made by whom it may be.
  void remove();

 private:
  std::string device_name() const { return container_.short_id(); }

  DiskPlaces places_;
  const engine::Container& container_;
  std::optional<xen::LayeredDisk> read_only_;
  std::optional<xen::LoopDevice> writable_;
};

}  // namespace monitor
