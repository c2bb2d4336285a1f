// Where a container's process belongs on the host: its cgroup and its network namespace. Who joins
// them hands them on to what it starts.
#pragma once

#include <string>

#include "oci-runtime/bundle.h"

namespace oci {

// Where `cgroups_path` (runtime-spec config-linux.md; "SLICE:PREFIX:NAME" as systemd's drivers
// write it) lies below the cgroup file system: "/system.slice/docker-a.scope".
std::string cgroup_place(const std::string& cgroups_path);

// Makes this process a member. Returns the directory, which the container's end should remove; ""
// for none, and where the host has no cgroup v2.
std::string join_cgroup(const std::string& cgroups_path);
// Once nobody is in it; absent is no error.
void remove_cgroup(const std::string& directory);

void join_network(const Placement& placement);

}  // namespace oci
