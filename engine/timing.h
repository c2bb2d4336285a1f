// Where the time of a start goes, for --timing.
#pragma once

#include <string>
#include <vector>

namespace engine {

// One step of a start: resolve, create, unpause, disks, kernel, init, connect,
// process, exit, cleanup. The disks are made while the kernel boots.
struct Step {
  std::string name;
  double milliseconds = 0;
};
struct Timing {
  std::vector<Step> steps;
  double total = 0;        // milliseconds from the request to the end of cleaning up; of an exec
                           // from the request on the monitor's socket to the exit record
  unsigned processes = 0;  // forked by us
  unsigned xenstore_requests = 0;
};

}  // namespace engine
