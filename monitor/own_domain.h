// A domain of one container's own: slot 0 of an instance that nobody shares.
#pragma once

#include <optional>

#include "monitor/place.h"
#include "xen/domain_removal.h"

namespace monitor {

class OwnDomain : public Place {
 public:
  OwnDomain(HostParts parts, engine::Container& container)
      : Place(std::move(parts), container), disks_(disk_places(), container) {}

  bool is_shared() const override { return false; }
  void build() override;
  void unpause() override { parts().hypervisor.unpause(id()); }
  void pause() override { parts().hypervisor.pause(id()); }
  void make_disks() override { disks_.make(); }
  void offer_disks() override { disks_.offer(parts().store, id(), 0); }
  void remind_of_disks() override;
  void let_go_of_disks() override { disks_.let_go(); }
  void begin_undo() override;
  void undo() override;

 private:
  ContainerDisks disks_;
  std::optional<xen::DomainRemoval> removal_;
};

}  // namespace monitor
