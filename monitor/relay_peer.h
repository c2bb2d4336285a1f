// Somebody on the monitor's socket: attached to one process of the container's, or about to be.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "guest-init/protocol/frame.h"
#include "monitor/frame_socket.h"
#include "monitor/hosted_process.h"

namespace monitor {

struct Peer {
  explicit Peer(base::UniqueFd fd) : socket(std::move(fd)) {}

  FrameSocket socket;
  std::optional<std::uint32_t> process;  // what it is attached to
  bool told = false;                     // ATTACHED was said
  bool resumes = false;                  // it has been here before, and says what it has
  bool began_it = false;                 // the process was started for it
  bool feeds_input = false;
  std::array<std::uint64_t, protocol::stream_count> position{};  // as it said when it came
  std::array<std::optional<Wish>, protocol::stream_count>
      wishes{};                 // of outputs; absent: none of it
  std::string spec;             // of a process that it wants started
  bool waits_to_start = false;  // that process, until the entrypoint runs
  bool gone = false;
};

}  // namespace monitor
