// The tags of a spec's fields (docs/guest-protocol.md): spec_encode.cc writes them, spec.cc reads
// them.
#pragma once

#include <cstdint>

namespace protocol {

enum ContainerTag : std::uint16_t {
  tag_hostname = 1,
  tag_layers = 2,
  tag_read_only_disk = 3,
  tag_writable_disk = 4,
  tag_read_only_root = 5,
  tag_hosts = 6,
  tag_memory = 7,
  tag_cpu_quota = 8,
  tag_pids_limit = 9,
  tag_shm_size = 10,
  tag_tmpfs = 11,
  tag_sysctl = 12,
  tag_unmasked = 13,
  tag_user_entry = 14,
};

enum ProcessTag : std::uint16_t {
  tag_argument = 1,
  tag_environment = 2,
  tag_working_directory = 3,
  tag_user = 4,
  tag_group = 5,
  tag_terminal = 6,
  tag_standard_input = 7,
  tag_init = 8,
  tag_capabilities = 9,
  tag_no_new_privileges = 10,
  tag_seccomp = 11,
  tag_limit = 12,
  tag_oom_score_adj = 13,
  tag_tool = 14,
  tag_beside = 15,
  tag_umask = 16,
};

}  // namespace protocol
