// A slot of an instance that is up (memres/): the container shares its guest with others.
#pragma once

#include <optional>

#include "memres/instance.h"
#include "memres/slots.h"
#include "monitor/place.h"
#include "monitor/slot_disks.h"

namespace monitor {

class InstanceSlot : public Place {
 public:
  InstanceSlot(HostParts parts, engine::Container& container)
      : Place(std::move(parts), container), disks_(disk_places(), container) {}

  bool is_shared() const override { return true; }
  // Takes a slot. Throws unavailable where the instance is not up, or all its slots are taken.
  void build() override;
  void unpause() override {}
  void pause() override {}
  void make_disks() override { disks_.make_writable(slot_.value()); }
  void offer_disks() override;
  void remind_of_disks() override {}  // the guest watches for them
  void let_go_of_disks() override;
  std::string disk_trouble() override;
  void adopt(xen::DomainId id) override;
  std::vector<base::Uuid> leave() override;
  bool is_taken() const override { return slot_.has_value(); }
  void spoil() override { spoilt_ = true; }
  // The guest must have let go of the container; where it has not (spoil()), the slot and its disks
  // are left as they are, and not used again as long as the guest lives.
  void undo() override;

 private:
  memres::InstanceStore instances() const { return memres::InstanceStore(parts().run_root); }
  void take_again();

  SlotDisks disks_;
  std::optional<memres::Slot> slot_;
  bool spoilt_ = false;
  bool has_disks_ = false;  // the guest, as far as we saw it
};

}  // namespace monitor
