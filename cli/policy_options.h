// The options that say what a container's processes may do, and the request's part that follows.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/options.h"
#include "engine/engine.h"

namespace cli {

class PolicyOptions {
 public:
  // Binds to this object and to `request`, which must stay where they are.
  void declare(Options& options, engine::CreateRequest& request);

 private:
  using Refusal = std::optional<std::string>;

  Refusal set_security_option(std::string_view value);
  Refusal set_seccomp(std::string_view value);

  engine::CreateRequest* request_ = nullptr;
};

// "nofile=1024:2048" as docker's go-units reads it; -1 is no limit. Else why not.
std::optional<std::string> parse_ulimit(std::string_view text, protocol::ResourceLimit& limit);

// "NAME=VALUE" into `target`.
Setter assignment_setter(std::map<std::string, std::string>& target);

}  // namespace cli
