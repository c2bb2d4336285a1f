// The domain of one container with its disks: made step by step, undone by what the record says,
// so that whoever comes after a crash can undo it too.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "engine/container_store.h"
#include "xen/domain.h"
#include "xen/domain_removal.h"
#include "xen/hypervisor.h"
#include "xen/layered_disk.h"
#include "xen/toolstack.h"
#include "xen/xenstore.h"

namespace monitor {

struct HostParts {
  const engine::ContainerStore& records;
  xen::XenStore& store;
  xen::Hypervisor& hypervisor;
  xen::Toolstack& toolstack;
  std::string data_root;
  std::string run_root;
  bool balloon_dom0 = false;
};

class ContainerDomain {
 public:
  ContainerDomain(HostParts parts, const engine::Container& container);

  // In this order. Each throws base::Error; undo() is the caller's.
  void make_disks();
  void build();  // the domain, paused
  void offer_disks();
  void unpause();
  void pause();  // what has run
  // Its kernel is up, which may have overlooked them.
  void remind_of_disks();
  // The guest has mounted its disks, so the back ends have them open: from now on the kernel takes
  // them apart by itself when the domain goes.
  void let_go_of_disks();

  // The domain with the record's UUID, dead or alive; nullopt where there is none.
  std::optional<xen::DomainInfo> find();
  xen::DomainId id() const { return id_; }
  void adopt(xen::DomainId id) { id_ = id; }

  // Destroys the domain and removes disks, devices and nodes, whichever of them exist. What takes
  // long begins with begin_undo(), for who has something to do before undo(), which may come alone.
  void begin_undo();
  void undo();

 private:
  void require_memory(const xen::DomainConfig& config);
  void make_writable_disk();
  std::string device_name() const { return container_.short_id(); }

  HostParts parts_;
  const engine::Container& container_;
  xen::DomainId id_;
  std::optional<xen::LayeredDisk> read_only_;
  std::optional<xen::LoopDevice> writable_;
  std::optional<xen::DomainRemoval> removal_;
};

}  // namespace monitor
