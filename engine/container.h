// A container as it is recorded: what was asked for (never changes) and what became of it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "guest-init/protocol/spec.h"

namespace engine {

// Where a container lives: slot of an instance, which is a domain with our agent. An own domain is
// slot 0 of an instance that nobody shares.
enum class InstanceKind { own, memres };
struct Placement {
  InstanceKind kind = InstanceKind::own;
  base::Uuid domain;  // how Xen knows it; never by number or name alone
  unsigned slot = 0;
  // Of kind memres:
  std::string instance;       // its name
  base::Uuid read_only_disk;  // the GUID of the slot's, instead of the container's own
};

// What a container is to be separated from others by: a domain of its own, or only the namespaces
// of a memres' one kernel. `automatic`: the latter where that is up and can do what the container
// wants.
enum class Isolation { automatic, vm, memres };
std::string_view to_string(Isolation isolation);  // "auto", "vm", "memres"
std::optional<Isolation> parse_isolation(std::string_view word);

// What is kept of its output: docker's json-file driver, or none.
struct LogConfig {
  bool kept = true;
  std::uint64_t max_size = 10u << 20;  // bytes of a file, about; 0: no limit
  unsigned max_files = 3;              // the one that is written and older ones
};

// What its processes may do and use beside their user's rights.
struct Policy {
  std::uint64_t capabilities = protocol::docker_capabilities;
  bool no_new_privileges = false;
  bool unmasked = false;            // nothing of /proc and /sys is hidden
  bool filtered = false;            // a seccomp filter is kept beside the record
  std::vector<std::string> groups;  // supplementary
  std::vector<protocol::ResourceLimit> limits;
  std::optional<int> oom_score_adj;
  std::uint32_t umask = protocol::default_umask;
  // As they were wanted.
  bool privileged = false;
  std::vector<std::string> added_capabilities;  // "CAP_NET_ADMIN", "ALL"
  std::vector<std::string> dropped_capabilities;
  std::vector<std::string> security_options;
};

// Whether it is started again, by itself, when it has ended (engine/restart.h).
struct RestartPolicy {
  enum class When { no, on_failure, always, unless_stopped };
  When when = When::no;
  unsigned most = 0;  // of on_failure: how often; 0: without end
};

struct ContainerConfig {
  std::string id;        // 64 hex digits
  std::string name;      // unique among containers
  std::string image;     // as the user named it
  std::string image_id;  // "sha256:…"
  base::WallTime created{};
  std::string platform;  // "linux/amd64"

  std::vector<std::string> layers;  // disk images in the store, lowest first: file names
  // Disk images of its own, beside its record, above those: file names.
  std::vector<std::string> own_layers;
  std::vector<std::string> argv;  // entrypoint and command, resolved
  std::vector<std::string> env;   // NAME=VALUE, resolved, in order
  std::string working_directory;
  std::string user;
  std::string hostname;
  std::map<std::string, std::string> labels;
  bool interactive = false;
  bool terminal = false;
  bool read_only = false;
  bool init = false;
  bool user_entry = false;  // a user without a name gets one in its /etc/passwd
  bool auto_remove = false;
  bool provisional = false;  // made by `run`: goes away when it was never started
  // Its monitor stands for it (an OCI runtime's pid): where that dies, so does the container.
  bool tied = false;
  int stop_signal = 15;   // of `stop`
  int stop_timeout = 10;  // seconds from then to SIGKILL; -1: none

  LogConfig log;
  RestartPolicy restart;

  Policy policy;
  std::vector<protocol::TmpfsMount> tmpfs;
  std::map<std::string, std::string> sysctls;
  std::map<std::string, std::string> annotations;

  std::uint64_t memory = 0;        // bytes for the container
  std::uint64_t shm_size = 0;      // bytes of /dev/shm; 0: 64 MiB
  std::uint64_t pids_limit = 0;    // 0: none
  std::uint64_t nano_cpus = 0;     // billionths of a processor; 0: all that the guest has
  std::string cpuset;              // processors of the host, "0-2,4"; empty: any
  std::uint64_t guest_memory = 0;  // bytes on top for the guest itself
  unsigned vcpus = 1;
  std::uint64_t storage_size = 0;  // bytes
  std::string guest_type;          // "pv", "pvh", "" what the host does best
  std::string kernel;              // directory of the guest kernel, absolute
  std::string kernel_arguments;
  Isolation isolation = Isolation::vm;  // as it was wanted
  std::string instance;                 // the memres' name, where it may be in one
  bool memory_limited = false;          // `memory` was asked for, and is not only the default
  Placement placement;                  // in this life
  base::Uuid read_only_disk;            // disk GUID in the GPT
  base::Uuid writable_disk;             // ext4 UUID
};

enum class EndReason {
  exited,
  signalled,
  out_of_memory,
  guest_panic,
  destroyed,
  host_failure,
  failed
};
std::string_view to_string(EndReason reason);
EndReason parse_end_reason(std::string_view name);  // failed for what it does not know

struct Created {};
// The domain is being made, or being undone: what exists is what the record's names say.
struct Starting {
  std::string boot_id;
  bool again = false;     // it has run before, and stays where this start fails
  unsigned restarts = 0;  // by its restart policy, since somebody started it
};
struct Running {
  std::string boot_id;
  base::WallTime started{};
  bool paused = false;
  unsigned restarts = 0;
  bool stopped = false;  // somebody wants it to end: its restart policy is off
  // How often its relay found bytes of which no event had told it: 0, or a defect.
  std::uint64_t missed_wakeups = 0;
};
struct Exited {
  int code = 0;  // as `run` returns it: 137 for SIGKILL
  EndReason reason = EndReason::exited;
  base::WallTime started{};
  base::WallTime finished{};
  std::string error;     // for people, empty where all went well
  bool cleaned = false;  // domain, disks and devices are gone
  unsigned restarts = 0;
  bool stopped = false;       // at somebody's wish
  std::string restarting_in;  // the boot in which its monitor will start it again; "": nobody will
  std::uint64_t missed_wakeups = 0;  // in this life
};
using State = std::variant<Created, Starting, Running, Exited>;

// "created", "running", "paused", "restarting" or "exited", as docker and podman say it.
std::string_view state_name(const State& state);
bool is_paused(const State& state);
// It has ended, and its monitor will start it again in a moment.
bool is_restarting(const State& state);
// It runs, or will again: what docker and podman count as running.
bool is_alive(const State& state);
// It has ended, and nobody starts it again.
bool is_over(const State& state);
// See Running; 0 where it has not run.
std::uint64_t missed_wakeups(const State& state);
// How often its restart policy has started it again.
unsigned restart_count(const State& state);

struct Container;
// What it has now, or, where it does not run, what was wanted.
Isolation isolation_of(const Container& container);

struct Container {
  ContainerConfig config;
  State state;

  std::string short_id() const { return config.id.substr(0, 12); }
  std::string domain_name() const { return "vxn-" + config.name; }
};

// Random "adjective_surname", as docker and podman name what the user did not.
std::string random_name();
// docker's rule: [a-zA-Z0-9][a-zA-Z0-9_.-]+
bool valid_name(std::string_view name);

}  // namespace engine
