// The control group of a container (cgroup v2): its limits, and whether the kernel killed for
// want of memory in it.
#pragma once

#include <cstdint>
#include <string>

#include "guest-init/failure.h"
#include "guest-init/fd.h"
#include "guest-init/protocol/spec.h"

namespace guest_init {

// Mounts cgroup v2 at `root` and hands the controllers that there are on to the containers.
bool mount_cgroups(const std::string& root, Failure& failure);
// From now on containers may use docker's default devices and no other, whatever nodes they make.
bool confine_devices(const std::string& root, Failure& failure);

inline std::string containers_group(const std::string& root) { return root + "/vxn"; }

class Cgroup {
 public:
  // ROOT/vxn/<slot>, with the limits that `spec` tells.
  bool create(const std::string& root, std::uint32_t slot, const protocol::ContainerSpec& spec,
              Failure& failure);
  // It must be empty. One that was never made is no error.
  bool remove(Failure& failure);
  int directory() const { return directory_.get(); }  // for CLONE_INTO_CGROUP
  const std::string& path() const { return path_; }
  // Ends all that runs in it.
  void kill() const;
  // Stops all that runs in it, or lets it go on.
  bool freeze(bool frozen) const;
  // How often the kernel's OOM killer struck here so far.
  std::uint64_t oom_kills() const;

 private:
  bool limit(const protocol::ContainerSpec& spec, Failure& failure) const;

  std::string path_;
  Fd directory_;
};

}  // namespace guest_init
