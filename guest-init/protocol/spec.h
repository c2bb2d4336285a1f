// What the host wants run: ContainerSpec and ProcessSpec of docs/guest-protocol.md.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "guest-init/protocol/messages.h"

namespace protocol {

using DiskId = std::array<std::uint8_t, 16>;
// SHUTDOWN's.
std::string encode_disks(const std::vector<DiskId>& disks);
bool decode_disks(std::span<const std::byte> payload, std::vector<DiskId>& disks);

// A file system in memory that the container has somewhere.
struct TmpfsMount {
  std::string target;       // absolute
  std::uint32_t flags = 0;  // MS_* of <sys/mount.h>
  std::string options;      // of tmpfs(5): "size=64m,mode=1777"

  bool operator==(const TmpfsMount&) const = default;
};

// setrlimit(2).
struct ResourceLimit {
  std::uint32_t resource = 0;  // RLIMIT_* of <sys/resource.h>
  std::uint64_t soft = 0;      // all bits: no limit
  std::uint64_t hard = 0;

  bool operator==(const ResourceLimit&) const = default;
};

struct ContainerSpec {
  std::string hostname;
  std::uint32_t layers = 0;
  DiskId read_only_disk{};
  std::optional<DiskId> writable_disk;
  bool read_only_root = false;
  std::vector<std::string> hosts;
  std::uint64_t memory_limit = 0;  // bytes that the container may use, 0: all that the guest has
  std::uint64_t cpu_quota = 0;     // microseconds of every 100 ms, 0: all that the guest has
  std::uint64_t pids_limit = 0;    // 0: none
  std::uint64_t shm_size = 0;      // bytes of /dev/shm, 0: 64 MiB
  std::vector<TmpfsMount> tmpfs;
  std::vector<std::string> sysctls;  // NAME=VALUE
  bool unmasked = false;             // nothing of /proc and /sys is hidden or write-protected
  bool user_entry = false;           // a user without a name gets one in /etc/passwd
};
std::string encode(const ContainerSpec& spec);
// False for an unknown tag too; `why` is then a line for people.
bool decode(std::span<const std::byte> bytes, ContainerSpec& spec, std::string& why);

// Of a process; of those that other things are made with, too.
constexpr std::uint32_t default_umask = 022;

// What docker leaves to root in a container: a bit for each of capabilities(7).
constexpr std::uint64_t docker_capabilities = 0xa80425fb;

struct ProcessSpec {
  std::vector<std::string> argv;
  std::vector<std::string> env;
  std::string working_directory;
  std::string user;
  std::vector<std::string> groups;
  std::optional<WindowSize> terminal;
  bool standard_input = false;
  bool init = false;
  std::uint64_t capabilities = docker_capabilities;  // of root; what others may come by
  bool no_new_privileges = false;
  std::string seccomp;  // struct sock_filter[] of <linux/filter.h>; empty: no filter
  std::vector<ResourceLimit> limits;
  std::optional<std::int32_t> oom_score_adj;
  std::uint32_t umask = default_umask;
  bool beside = false;  // in the guest's namespaces, with the container's files
  std::string tool;     // one of the guest's own instead of argv (guest-init/tools.cc); empty: none
};
std::string encode(const ProcessSpec& spec);
bool decode(std::span<const std::byte> bytes, ProcessSpec& spec, std::string& why);

}  // namespace protocol
