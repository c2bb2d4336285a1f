#include "monitor/instance_slot.h"

#include <fmt/core.h>

#include <utility>

#include "base/error.h"
#include "base/failpoint.h"
#include "base/log.h"

namespace monitor {
namespace {

base::Error not_up(const std::string& name, std::string_view why) {
  return {base::ErrorKind::unavailable, fmt::format("the memres \"{}\" {}", name, why)};
}

}  // namespace

void InstanceSlot::build() {
  engine::Placement& placement = container().config.placement;
  const auto instance = instances().load(placement.instance);
  if (!instance || !instance->ready) throw not_up(placement.instance, "is not running");
  placement.domain = instance->domain;
  const auto domain = find();
  if (!domain || xen::has_ended(domain->state)) throw not_up(placement.instance, "has ended");
  // Recorded before the slot is taken: from there the slot is found by its owner's name.
  parts().records.place(container().config.id, placement);
  const memres::SlotTable table(instances().directory(placement.instance), instance->config.slots);
  slot_ = table.take(container().config.id);
  if (!slot_)
    throw not_up(placement.instance,
                 fmt::format("has no room: all its {} slots are taken", table.count()));
  base::failpoint("parent.slot");
  placement.slot = slot_->number();
  placement.read_only_disk =
      base::doing("the read-only disk", [&] { return disks_.take_layers(*slot_); });
  parts().records.place(container().config.id, placement);
  set_id(domain->id);
}

void InstanceSlot::adopt(xen::DomainId id) {
  set_id(id);
  take_again();
}

void InstanceSlot::take_again() {
  const engine::Placement& placement = container().config.placement;
  const auto instance = instances().load(placement.instance);
  if (slot_ || !instance || instance->domain != placement.domain) return;
  slot_ = memres::SlotTable(instances().directory(placement.instance), instance->config.slots)
              .take_again(container().config.id);
  if (slot_) container().config.placement.slot = slot_->number();
}

void InstanceSlot::offer_disks() { disks_.offer(parts().store, id(), slot_.value()); }

void InstanceSlot::let_go_of_disks() {
  has_disks_ = true;
  disks_.let_go();
}

std::string InstanceSlot::disk_trouble() {
  return slot_ ? disks_.trouble(parts().store, id(), *slot_) : "";
}

std::vector<base::Uuid> InstanceSlot::leave() {
  return slot_ ? disks_.leave(*slot_) : std::vector<base::Uuid>{};
}

void InstanceSlot::undo() {
  take_again();
  const auto domain = find();
  const bool lives = domain && !xen::has_ended(domain->state);
  const bool clean = !spoilt_ || !lives;
  if (slot_ && lives && clean) {
    if (!has_disks_) disks_.detach(parts().store, domain->id, *slot_);
    disks_.clear(*slot_);
  }
  base::failpoint("parent.detached");
  disks_.let_go();
  if (auto slot = std::exchange(slot_, std::nullopt)) {
    if (clean)
      std::move(*slot).give_back();
    else
      std::move(*slot).quarantine();
  }
  parts().records.unplace(container().config.id);
}

}  // namespace monitor
