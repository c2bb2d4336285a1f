// A container that waits for the order to start, in the process that stands for it (an OCI
// runtime's "created"): nothing of it is there but its record, its disks' files and this process.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "base/fd.h"
#include "engine/container_store.h"
#include "engine/control.h"
#include "monitor/supervisor.h"

namespace monitor {

// What stands at 0, 1 and 2 is the container's: moved away from there, for what writes to standard
// error is not.
class OwnStdio {
 public:
  // /dev/null takes their places.
  static OwnStdio take();
  const std::array<base::UniqueFd, 3>& descriptors() const { return fds_; }

 private:
  std::array<base::UniqueFd, 3> fds_;
};

class Held {
 public:
  Held(SupervisorRequest request, engine::ContainerStore& records);

  // Tells the launch socket that it is held, and waits for an order. Its life, where it is to
  // start, with the socket of who starts it; nullopt where it was ended before, as its record then
  // says.
  std::optional<SupervisorRequest> run();

 private:
  void take_order();
  void end(int signal);
  bool over() const { return started_ || ended_; }

  SupervisorRequest request_;
  engine::ContainerStore& records_;
  engine::ContainerConfig config_;
  base::UniqueFd orders_;
  std::vector<base::UniqueFd> waiters_;
  bool started_ = false;
  bool ended_ = false;
};

}  // namespace monitor
