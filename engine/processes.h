// The processes of a container, as its guest tells them (docs/guest-protocol.md, "Tools").
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace engine {

// Numbers are the container's own, not the host's. Texts are printable.
struct ProcessInfo {
  std::int64_t pid = 0;
  std::int64_t parent = 0;
  std::int64_t group = 0;
  std::int64_t session = 0;
  std::int64_t uid = 0;
  std::string user;           // its name in the container, or the number
  std::int64_t terminal = 0;  // a device's number as proc(5) has it; 0: none
  std::string state;          // "S"
  std::int64_t nice = 0;
  std::int64_t threads = 1;
  base::Milliseconds cpu{0};
  base::WallTime started{};
  std::int64_t virtual_bytes = 0;
  std::int64_t resident_bytes = 0;
  std::string name;     // "sh"
  std::string command;  // with its arguments
};

struct ProcessList {
  std::int64_t memory = 0;  // of the guest, in bytes
  std::vector<ProcessInfo> processes;
};

// Throws corrupt for what no guest of ours would say.
ProcessList parse_processes(std::string_view text);

}  // namespace engine
