// What the relay gives up before it reads the guest's first byte: root, every capability, the means
// to get them back, and all system calls but those of its loop.
#pragma once

#include <linux/filter.h>

#include <cstdint>
#include <vector>

namespace monitor {

class Sandbox {
 public:
  // Makes the filter, which takes its time: beforehand, while there is some.
  Sandbox();
  // Becomes nobody (not being root: stays who it is) with no_new_privs and a seccomp filter that
  // kills on anything else. A file may grow to `file_size` bytes by what it writes. Throws where
  // any part cannot be had: a relay with privileges never runs.
  void enter(std::uint64_t file_size = 0);

 private:
  std::vector<sock_filter> filter_;
};

}  // namespace monitor
