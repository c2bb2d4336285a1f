// The process that carries the bytes between a held container and the descriptors that its starter
// was given for it: a client of the relay like any other, but started by the monitor itself.
#pragma once

#include <optional>

#include "base/fd.h"
#include "base/subprocess.h"
#include "monitor/held.h"
#include "monitor/relay_process.h"

namespace monitor {

class StreamsProcess {
 public:
  // Starts another process of this program. connection() is its other end, the relay's first
  // client.
  static StreamsProcess start(const std::string& id, const Roots& roots, const OwnStdio& stdio);

  base::UniqueFd take_connection() { return std::move(connection_); }
  // All that the container said is with who reads it, or the deadline has come: then it goes on
  // alone.
  void end(const base::Deadline& deadline);

 private:
  StreamsProcess(base::UniqueFd connection, base::Child child)
      : connection_(std::move(connection)), child_(std::move(child)) {}
  base::UniqueFd connection_;
  base::Child child_;
};

// Its main program; returns its exit status.
int streams_main(const std::string& id, const Roots& roots);

}  // namespace monitor
