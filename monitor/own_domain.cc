#include "monitor/own_domain.h"

#include "monitor/domain_build.h"
#include "xen/block_device.h"

namespace monitor {

void OwnDomain::build() {
  const engine::ContainerConfig& config = container().config;
  set_id(build_domain({.hypervisor = parts().hypervisor,
                       .toolstack = parts().toolstack,
                       .data_root = parts().data_root,
                       .balloon_dom0 = parts().balloon_dom0},
                      {.name = container().domain_name(),
                       .uuid = config.placement.domain,
                       .memory = config.memory + config.guest_memory,
                       .vcpus = config.vcpus,
                       .cpus = config.cpuset,
                       .guest_type = config.guest_type,
                       .kernel = config.kernel,
                       .kernel_arguments = config.kernel_arguments,
                       .purpose = "the container and its guest"}));
}

void OwnDomain::remind_of_disks() { xen::remind(parts().store, id()); }

void OwnDomain::begin_undo() {
  const auto domain = find();
  if (!domain) return;
  removal_.emplace(xen::RemovalParts{parts().hypervisor, parts().store, parts().toolstack},
                   *domain);
  removal_->begin();
}

void OwnDomain::undo() {
  if (!removal_) begin_undo();
  if (removal_) {
    removal_->finish();
  } else {
    xen::remove_remains(parts().store, container().config.placement.domain);
    xen::remove_wreckage(parts().hypervisor, parts().store);
  }
  disks_.remove();
}

}  // namespace monitor
