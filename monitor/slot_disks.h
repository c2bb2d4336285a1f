// The disks of a slot: two mapped devices of fixed sizes, which stay attached to the guest once
// they are. For each container they get other tables, and none between: attaching a disk takes
// longer than all else of a start.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "monitor/container_disks.h"
#include "monitor/slot_layers.h"
#include "xen/dm_device.h"

namespace monitor {

class SlotDisks {
 public:
  SlotDisks(DiskPlaces places, const engine::Container& container)
      : places_(std::move(places)), container_(container) {}

  // The GUID for the read-only disk of the slot that the container's placement names: the one that
  // it has, where the layers on it are the container's, else a new one.
  base::Uuid choose_guid() const;
  // Of that slot, with that GUID in the placement. Throws usage where they are larger than those of
  // slots.
  void make();
  // Attaches what is not attached yet, as the guest's `first`-th disk and the next.
  void offer(xen::XenStore& store, xen::DomainId guest, unsigned first) const;
  // From now on only the guest and the mapped devices hold them.
  void let_go();
  // The guest must have unmounted them: nothing of the container is on them afterwards but the
  // layers of its image, for the next one.
  void clear() const;

 private:
  std::string name(std::string_view kind) const;
  std::vector<std::string> layers() const;
  SlotLayersFile record() const;
  void make_read_only(const base::Deadline& deadline);
  DiskPlaces places_;
  const engine::Container& container_;
  std::vector<xen::LoopDevice> loops_;
  std::optional<xen::DmDevice> read_only_;
  std::optional<xen::DmDevice> writable_;
};

// Those of all slots, once the guest has gone. Absent is no error.
void remove_slot_disks(const base::Uuid& domain);

}  // namespace monitor
