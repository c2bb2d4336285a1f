// The options of a memres that is started, and of the commands that mean one.
#pragma once

#include "cli/options.h"
#include "engine/engine.h"

namespace cli {

class InstanceOptions {
 public:
  // Binds to this object, which must stay where it is.
  void declare(Options& options);
  const engine::InstanceRequest& request() const { return request_; }

 private:
  engine::InstanceRequest request_;
};

// --instance; without it the name stays empty, which is the settings' one.
void declare_instance(Options& options, std::string& name);

}  // namespace cli
