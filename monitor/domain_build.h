// Making a domain of ours, paused: what it boots, and whether there is memory for it.
#pragma once

#include <cstdint>
#include <string>

#include "xen/domain.h"
#include "xen/hypervisor.h"
#include "xen/toolstack.h"

namespace monitor {

struct BuildParts {
  xen::Hypervisor& hypervisor;
  xen::Toolstack& toolstack;
  std::string data_root;      // where the guests' kernels are
  bool balloon_dom0 = false;  // may xl take memory from dom0?
};

struct DomainWish {
  std::string name;
  base::Uuid uuid;
  std::uint64_t memory = 0;  // bytes
  unsigned vcpus = 1;
  std::string cpus;              // of the host; empty: any
  std::string guest_type;        // "pv", "pvh", "" what the host does best
  std::string kernel;            // id of a guest kernel, or its directory
  std::string kernel_arguments;  // added
  std::string purpose;           // what the memory is for, in words
};

// Throws unavailable where Xen has not enough memory free.
xen::DomainId build_domain(const BuildParts& parts, const DomainWish& wish);

}  // namespace monitor
