// The disks of a container in a memres: one of the read-only ones, with the layers of its image for
// all that have the same, and the writable one of its slot. Both are mapped devices of fixed sizes,
// which stay attached to the guest once they are, and get other tables: attaching a disk takes
// longer than all else of a start.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "memres/layer_disks.h"
#include "memres/slots.h"
#include "monitor/container_disks.h"
#include "xen/dm_device.h"

namespace monitor {

class SlotDisks {
 public:
  SlotDisks(DiskPlaces places, const engine::Container& container)
      : places_(std::move(places)), container_(container) {}

  // The read-only one, for that slot: one that has these layers, or gets them. Its GUID.
  base::Uuid take_layers(memres::Slot& slot);
  // The writable one of that slot. Throws usage where it is larger than those of slots.
  void make_writable(const memres::Slot& slot);
  // Attaches what is not attached yet.
  void offer(xen::XenStore& store, xen::DomainId guest, const memres::Slot& slot) const;
  // Why the guest has not got them; "" where it has.
  std::string trouble(xen::XenStore& store, xen::DomainId guest, const memres::Slot& slot) const;
  // Takes away those that it never got: the next container has others in their place.
  void detach(xen::XenStore& store, xen::DomainId guest, const memres::Slot& slot) const;
  // From now on only the guest and the mapped devices hold them.
  void let_go();
  // GUIDs of read-only ones that are of no use once the container has left that slot: the guest is
  // to let go of them with it. The layers of an image stay, for the next container that has the
  // same.
  std::vector<base::Uuid> leave(const memres::Slot& slot);
  // The guest must have let go of them: nothing of the container is on its disks afterwards, and
  // nothing on those that leave() told.
  void clear(const memres::Slot& slot) const;

 private:
  std::string directory() const;
  std::vector<memres::SlotUse> used_slots() const;
  memres::LayerDisks layer_disks() const;
  std::string name(unsigned number, std::string_view kind) const;
  void put_layers_on(unsigned number, const base::Uuid& guid, const base::Deadline& deadline);
  std::vector<unsigned> attached(xen::XenStore& store, xen::DomainId guest,
                                 const memres::Slot& slot) const;
  std::vector<memres::SlotUse> slots_beside(const memres::Slot& slot) const;
  void clear_layers(const memres::Slot& slot) const;
  DiskPlaces places_;
  const engine::Container& container_;
  std::optional<xen::LoopDevice> loop_;
  std::optional<xen::DmDevice> read_only_;
  std::optional<xen::DmDevice> writable_;
  std::vector<memres::LayerDisk> unwanted_;
};

// All of that guest's, once it has gone. Absent is no error.
void remove_slot_disks(const base::Uuid& domain);

}  // namespace monitor
