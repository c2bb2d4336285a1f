// The options of `stop` and `restart`.
#pragma once

#include "cli/options.h"
#include "engine/engine.h"

namespace cli {

class StopOptions {
 public:
  // Binds to this object, which must stay where it is.
  void declare(Options& options);
  void declare_time(Options& options);
  const engine::StopRequest& request() const { return request_; }

 private:
  engine::StopRequest request_;
};

// Setters for a signal by name or number, and for seconds, of which -1 are for ever.
Setter signal_setter(std::optional<int>& target);
Setter seconds_setter(std::optional<int>& target);

}  // namespace cli
