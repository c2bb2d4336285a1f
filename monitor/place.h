// Where a container lives, as its supervisor uses it: a domain of its own (own_domain.h) or a slot
// of an instance (instance_slot.h). Made step by step, undone by what the record says, so that
// whoever comes after a crash can undo it too.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/container_store.h"
#include "monitor/container_disks.h"
#include "xen/domain.h"
#include "xen/hypervisor.h"
#include "xen/toolstack.h"
#include "xen/xenstore.h"

namespace monitor {

struct HostParts {
  engine::ContainerStore& records;
  xen::XenStore& store;
  xen::Hypervisor& hypervisor;
  xen::Toolstack& toolstack;
  std::string data_root;
  std::string run_root;
  bool balloon_dom0 = false;
};

class Place {
 public:
  Place(HostParts parts, engine::Container& container)
      : parts_(std::move(parts)), container_(container) {}
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  virtual ~Place() = default;

  // Others may be in the same guest, which outlives this container: it must be told to let go.
  virtual bool is_shared() const = 0;
  // Its console is this container's alone.
  bool has_console() const { return !is_shared(); }

  // In this order. Each throws base::Error; undo() is the caller's.
  virtual void build() = 0;    // the domain, paused; or the slot
  virtual void unpause() = 0;  // a domain that is the container's alone
  virtual void make_disks() = 0;
  virtual void offer_disks() = 0;
  // Its kernel is up, which may have overlooked them.
  virtual void remind_of_disks() = 0;
  virtual void let_go_of_disks() = 0;
  // Why the guest has not got them; "" where it has, or nothing is known.
  virtual std::string disk_trouble() { return {}; }

  // Stops a domain that is the container's alone, which has run.
  virtual void pause() = 0;

  // The domain with the record's UUID, dead or alive; nullopt where there is none.
  std::optional<xen::DomainInfo> find() {
    return parts_.hypervisor.find(container_.config.placement.domain);
  }
  xen::DomainId id() const { return id_; }
  unsigned slot() const { return container_.config.placement.slot; }
  // What a dead process built. `id` is find()'s.
  virtual void adopt(xen::DomainId id) { id_ = id; }

  // Disks, by their GUIDs, that its guest is to let go of together with the container.
  virtual std::vector<base::Uuid> leave() { return {}; }
  // A slot that is this container's, or may be.
  virtual bool is_taken() const { return true; }
  // The guest has not let go of the container: what undo() leaves of the place is nobody's.
  virtual void spoil() {}

  // Removes what is there of it, disks, devices and nodes, whatever exists. What takes long begins
  // with begin_undo(), for who has something to do before undo(), which may come alone.
  virtual void begin_undo() {}
  virtual void undo() = 0;

 protected:
  const HostParts& parts() const { return parts_; }
  DiskPlaces disk_places() const { return {parts_.records, parts_.data_root, parts_.run_root}; }
  engine::Container& container() { return container_; }
  void set_id(xen::DomainId id) { id_ = id; }

 private:
  HostParts parts_;
  engine::Container& container_;
  xen::DomainId id_;
};

// Of the kind that the container's record says.
std::unique_ptr<Place> place_of(HostParts parts, engine::Container& container);

}  // namespace monitor
